/*
 * plan.h - a set of rows of the store.
 *
 * A bit per row: at ten million crashes 1.2 MB.
 */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "signatures/store/store_read.h"

struct plan {
	uint32_t row_count; /* of the store */
	uint64_t *bits;	    /* 64 rows a word, the last one padded with 0 */
	uint64_t matched;
};

/* Every row of the store, or none; the caller ends them. */
struct plan plan_all(struct store *store);
struct plan plan_none(struct store *store);
/* Every one of so many things. */
struct plan plan_full(uint32_t count);
void plan_deinit(struct plan *plan);

/* These leave matched as it is, until plan_count(). */
void plan_add(struct plan *plan, uint32_t row);
void plan_take_out(struct plan *plan, uint32_t row);
void plan_count(struct plan *plan);

/*
 * Chunks are those of the store's columns.  The words of one, a bit a row, and
 * how many rows there are; does any of them belong to the set?
 */
uint32_t plan_chunks(const struct plan *plan);
uint64_t *plan_chunk(const struct plan *plan, uint32_t chunk, size_t *rows);
bool plan_has_any(const struct plan *plan, uint32_t chunk);

void plan_join(struct plan *plan, const struct plan *other);
/* Rows of plan that are (or are not) in other. */
void plan_keep(struct plan *plan, const struct plan *other);
void plan_leave_out(struct plan *plan, const struct plan *other);

/* Rising rows; take returns false to stop. */
void plan_walk(const struct plan *plan,
	       bool (*take)(void *closure, uint32_t row), void *closure);

#endif
