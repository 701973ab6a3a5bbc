/*
 * store_walk.h - what walking the terms needs, for this room alone.
 */
#ifndef STORE_STORE_WALK_H
#define STORE_STORE_WALK_H

#include "signatures/store/store_read.h"

/* How many crashes have a FIELD_MODULES term: those of the lists that do. */
uint64_t store_walk_crashes(struct store *store, const struct field *field,
			    uint32_t term);

#endif
