/*
 * event_time.h - dates as programs of Windows print them.
 *
 *     2024-06-30T19:52:23.1234567Z   30.06.2024 19:52:23   6/30/2024 7:52 PM
 *
 * Only the first says where on earth it is meant.  Where day and month stand
 * depends on the country: a file is looked through for a date that can be read
 * in one way only.
 */
#ifndef DUMP_EVENT_TIME_H
#define DUMP_EVENT_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct event_time {
	uint64_t ticks;
	bool is_local; /* of a zone that is not told */
	bool is_guess; /* day and month could be the other way round */
};

/* What a file told about dates such as 6/7/2024. */
struct event_order {
	bool day_first;
	bool month_first;
};

/* Learn from the date text begins with, if it does. */
void event_time_learn(struct event_order *order, const char *text);

/*
 * The date and time text begins with; false if it does not, or if it is a date
 * without a time.
 */
bool event_time_read(const char *text, const struct event_order *order,
		     struct event_time *ret);

#endif
