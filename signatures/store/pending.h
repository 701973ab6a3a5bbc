/*
 * pending.h - index entries on their way into the store.
 *
 * A crash makes some hundred index entries, each a small change of a large
 * value.  They are collected, sorted, and applied to each value once.  What is
 * collected is a sum of changes, so the order they came in does not matter;
 * of several numbers for one place in a column the last one counts.
 */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "signatures/store/state.h"

struct pending *pending_create(void);
void pending_destroy(struct pending *pending);

/* delta is 1 or -1. */
void pending_posting(struct store *store, uint8_t field, uint32_t term,
		     uint32_t row, int delta);
void pending_column(struct store *store, const struct field *field,
		    uint32_t row, uint64_t number);
/* The list part of a row; 0 = none. */
void pending_list(struct store *store, uint32_t row, uint32_t list);
void pending_pair(struct store *store, uint32_t bugcheck, uint32_t machine,
		  int delta);

/* Apply what takes much memory, if it does. */
void pending_relieve(struct store *store);
/* Apply everything; the dictionary and the hashes too. */
void pending_flush(struct store *store);

#endif
