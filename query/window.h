/*
 * window.h - rows by their times: in two windows of days, one behind the other,
 * or before both.
 */
#ifndef QUERY_WINDOW_H
#define QUERY_WINDOW_H

#include "query/plan.h"

/* Of a chunk of rows of which some are in the windows. */
struct window_seen {
	uint8_t days[STORE_CHUNK_ROWS]; /* 1 + day in the windows, else 0 */
	uint32_t machines[STORE_CHUNK_ROWS];
};

struct window {
	struct store *store;
	const struct field *field; /* that crashes are counted by */
	uint64_t from;		   /* the first day of both */
	uint64_t half;		   /* days of each */

	struct window_seen **seen; /* by chunk, NULL where none are */
	/* Crashes before the windows by term of a column; else NULL. */
	uint32_t *ever_before;
	/* Rows before the windows, of a field with posting lists: each of its
	 * terms can be asked about.  Else it has no bits. */
	struct plan earlier_rows;
	/* Rows to be looked at by value: those in the windows, and where
	 * neither of these is there the earlier ones as well. */
	struct plan looked_at;
	uint64_t before, crashes;	  /* in the windows ... */
	uint64_t earlier, later, untimed; /* ... and out of them */
};

/* The first four are given; the caller ends it. */
void window_read(struct window *window, const struct plan *asked);
void window_deinit(struct window *window);

/* Is a term that has a posting list on one of the earlier rows? */
enum status window_ask_earlier(const struct window *window, uint32_t term,
			       bool *ret, struct error *err) MUST_CHECK;

#endif
