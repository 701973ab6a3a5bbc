/*
 * placement.h - where the modules of a crash were loaded: what is left of them
 * once their list is kept as a part.
 *
 * Addresses differ from boot to boot, but modules follow one another, so that
 * most of them are where the one before ends, rounded up.
 */
#ifndef STORE_PLACEMENT_H
#define STORE_PLACEMENT_H

#include "signatures/base/pack.h"
#include "signatures/store/state.h"

/* Names of unloaded modules become parts. */
void placement_pack(struct store *store, const struct crash *crash,
		    struct pack *out);

/* Fills modules and unloaded of ret; the modules are those of list. */
enum status placement_take(struct store *store, struct bytes *in, uint32_t list,
			   struct arena *arena, struct crash *ret,
			   struct error *err) MUST_CHECK;
/* As many modules, without a name and nowhere, for who has no use for them. */
enum status placement_skip(struct store *store, struct bytes *in, uint32_t list,
			   struct arena *arena, struct crash *ret,
			   struct error *err) MUST_CHECK;

#endif
