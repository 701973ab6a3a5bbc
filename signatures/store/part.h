/*
 * part.h - what many crashes share is kept once: module lists, machines,
 * folders.
 *
 * A part is bytes of one kind under a number from 1 on; equal bytes have one
 * number.  0 is the number of no part.
 */
#ifndef STORE_PART_H
#define STORE_PART_H

#include "signatures/store/state.h"

/* The number of these bytes, which are kept if they are new. */
uint32_t part_put(struct store *store, enum schema_part kind,
		  struct bytes bytes);
/* Valid as in btree.h. */
bool part_get(struct store *store, enum schema_part kind, uint32_t id,
	      struct bytes *ret);
bool part_get_passing(struct store *store, enum schema_part kind, uint32_t id,
		      struct bytes *ret);

struct part_cache;
struct part_builds;
struct part_cache *part_cache_create(void);
void part_cache_destroy(struct part_cache *cache);

/* What part_get_list() reads goes on being known until this. */
void part_builds_destroy(struct part_builds *builds);

/* The loaded modules, 0 if there are none; is_new: the list was not there. */
uint32_t part_put_list(struct store *store, const struct crash *crash,
		       struct arena *scratch, bool *is_new);
/* The modules of a list, at no address. */
enum status part_get_list(struct store *store, uint32_t list,
			  struct arena *arena, struct crash *ret,
			  struct error *err) MUST_CHECK;

/* How many these are; false if the list is missing. */
bool part_count_list(struct store *store, uint32_t list, size_t *ret);

uint32_t part_put_machine(struct store *store,
			  const struct crash_machine *machine,
			  struct arena *scratch);
enum status part_get_machine(struct store *store, uint32_t machine,
			     struct arena *arena, struct crash_machine *ret,
			     struct error *err) MUST_CHECK;

/* The entry in SCHEMA_FIND that part_put() makes. */
void part_index(struct store *store, enum schema_part kind, uint32_t id,
		struct bytes bytes);

#endif
