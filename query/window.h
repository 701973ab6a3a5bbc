/*
 * window.h - rows by their times: in two windows of days, one behind the other,
 * or before both.
 */
#ifndef QUERY_WINDOW_H
#define QUERY_WINDOW_H

#include "query/plan.h"

struct window {
	struct store *store;
	const struct field *field; /* that crashes are counted by */
	uint64_t from;		   /* the first day of both */
	uint64_t half;		   /* days of each */

	uint8_t *days;	    /* by row: 1 + day in the windows */
	uint32_t *machines; /* by row, of those in the windows */
	/* Crashes before the windows by term of a column; else NULL. */
	uint32_t *ever_before;
	/* Rows to be looked at by value: those in the windows, and where
	 * ever_before is NULL the earlier ones as well. */
	struct plan looked_at;
	uint64_t before, crashes;	  /* in the windows ... */
	uint64_t earlier, later, untimed; /* ... and out of them */
};

/* The first four are given; the caller ends it. */
void window_read(struct window *window, const struct plan *asked);
void window_deinit(struct window *window);

#endif
