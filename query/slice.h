/*
 * slice.h - fields of the rows of a plan, without room for the others.
 *
 * As factor.h, for who asks about few of many rows: what is read and touched is
 * what the plan has, wherever it lies.
 */
#ifndef QUERY_SLICE_H
#define QUERY_SLICE_H

#include "query/plan.h"

struct slice {
	struct plan plan;
	uint32_t *before; /* rows of the plan in front of each word of bits */
};

/* Takes the plan over, which is counted. */
void slice_init(struct slice *slice, struct plan plan);
void slice_deinit(struct slice *slice);

/* Where in its fields a row of the plan is. */
size_t slice_place(const struct slice *slice, uint32_t row);

/* A FIELD_COLUMN field, 0 = no value; the caller frees it. */
uint32_t *slice_terms(const struct slice *slice, struct store *store,
		      const char *field);

/* A FIELD_RAW field, STORE_NO_NUMBER = no value; the caller frees it. */
uint64_t *slice_numbers(const struct slice *slice, struct store *store,
			const char *field);

#endif
