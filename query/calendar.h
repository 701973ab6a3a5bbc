/*
 * calendar.h - the days of a store: on which of them could a crash be counted?
 *
 * A day is a gap, and neither a zero nor part of any rate, if
 *   - it lies before the store's first crash or behind its last ingest, or
 *   - no crash at all fell on it, of any kind, although so many fall on a usual
 *     day that this is less likely than 1 in 100: its dumps never came in.
 * In a small fleet a quiet day is a quiet day, and counts.
 *
 * Days are numbers since 1601 in UTC.  Crashes count on the day they happened,
 * however late they came in.  Pure, but for calendar_read().
 */
#ifndef QUERY_CALENDAR_H
#define QUERY_CALENDAR_H

#include "query/query.h"

struct calendar {
	uint64_t first_day; /* of the store's crashes */
	uint64_t last_day;
	uint64_t ingest_day;   /* the last one */
	uint64_t end;	       /* the day after the present one */
	uint64_t *crashes;     /* by day from first_day on */
	double likely_crashes; /* on a usual day */
};

/* times by row, STORE_NO_NUMBER = none; the caller ends it. */
struct calendar calendar_make(const uint64_t *times, uint32_t rows,
			      uint64_t last_ingest, uint64_t now,
			      bool now_is_given);
void calendar_deinit(struct calendar *calendar);

/*
 * Of all rows.  The present day is that of --now or SOURCE_DATE_EPOCH, or that
 * of the store's newest crash: an archive is looked at from its own end.
 */
struct calendar calendar_read(struct query *query);

uint64_t calendar_day(uint64_t filetime);
/* "2026-11-01" */
const char *calendar_text(struct arena *arena, uint64_t day);

bool calendar_is_gap(const struct calendar *calendar, uint64_t day);
/* Days from from up to and without to that are no gaps. */
uint64_t calendar_covered(const struct calendar *calendar, uint64_t from,
			  uint64_t to);

#endif
