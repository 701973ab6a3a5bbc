/*
 * trend.h - which of many counts moved between two windows; pure.
 *
 * Machines are held against themselves: each one's crashes in this window and
 * in the window before.  A machine that crashes all night is one machine that
 * changed, and no trend.  A crash without a known machine counts as a machine.
 * Where days are missing in a window, chance puts fewer crashes there.
 * A row has moved if its rate is at least TREND_FACTOR times what it was (or
 * that much less), on at least TREND_LEAST machines, and the false discovery
 * rate over all rows (Benjamini-Hochberg) stays below TREND_Q.
 */
#ifndef QUERY_TREND_H
#define QUERY_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREND_FACTOR 1.5
#define TREND_LEAST 3
#define TREND_Q 0.05

enum trend_move {
	TREND_STEADY,
	TREND_NEW, /* none before this window, ever */
	TREND_RISING,
	TREND_FALLING,
	TREND_GONE /* none in this window */
};

/* Days that count in each window. */
struct trend_days {
	double now, before;
};

struct trend_row {
	uint64_t crashes, crashes_before;
	uint64_t machines, machines_before;
	uint64_t ever_before; /* crashes before this window */
	double p, q;
	bool could_move; /* enough machines for a test to tell anything */
	enum trend_move move;
};

/* Crashes of one row, as they come. */
struct trend_tally;

/* Machines are numbered below machines; 0 = not known. */
struct trend_tally *trend_create(uint32_t machines);
void trend_destroy(struct trend_tally *tally);
void trend_add(struct trend_tally *tally, uint32_t machine, bool now);
/* Counts and p of the row; the tally is empty again. */
void trend_close(struct trend_tally *tally, struct trend_days days,
		 struct trend_row *row);

/* Give q and move to rows that have been closed. */
void trend_judge(struct trend_row *rows, size_t count, struct trend_days days);

/* "new", "rising", ...; lives for ever. */
const char *trend_word(enum trend_move move);

#endif
