#include "query/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "query/factor.h"
#include "query/value.h"
#include "signatures/base/text.h"

#define DAY_TICKS (86400 * VALUE_TICKS_PER_SECOND)

/* exp(-4.6) is 1 in 100. */
#define SURELY_CRASHES 4.6

enum {
	/* From 1990 to 2200: a clock that shows anything else is broken. */
	FIRST_DAY = 142079,
	LAST_DAY = 218780,
};

uint64_t calendar_day(uint64_t filetime)
{
	return filetime / DAY_TICKS;
}

const char *calendar_text(struct arena *arena, uint64_t day)
{
	char time[TEXT_TIME_BYTES];
	char *text = text_copy(arena, text_time(day * DAY_TICKS, time));

	text[strcspn(text, "T")] = '\0';
	return text;
}

static bool is_believable(uint64_t time, uint64_t last)
{
	const uint64_t day = calendar_day(time);

	return time != STORE_NO_NUMBER && day >= FIRST_DAY && day <= last;
}

/* Crashes on the days that had any, divided by those days: a usual day. */
static double usual(const struct calendar *calendar)
{
	uint64_t days = 0;
	uint64_t crashes = 0;

	for (uint64_t day = calendar->first_day; day <= calendar->last_day;
	     day++) {
		const uint64_t n = calendar->crashes[day - calendar->first_day];

		days += n > 0;
		crashes += n;
	}
	return days ? (double)crashes / (double)days : 0;
}

struct calendar calendar_make(const uint64_t *times, uint32_t rows,
			      uint64_t last_ingest, uint64_t now,
			      bool now_is_given)
{
	const uint64_t today = calendar_day(now);
	const uint64_t last =
		now_is_given || today > LAST_DAY ? LAST_DAY : today + 1;
	struct calendar calendar = { .first_day = UINT64_MAX,
				     .ingest_day = calendar_day(last_ingest) };

	for (uint32_t row = 0; row < rows; row++) {
		const uint64_t day = calendar_day(times[row]);

		if (!is_believable(times[row], last))
			continue;
		if (day < calendar.first_day)
			calendar.first_day = day;
		if (day > calendar.last_day)
			calendar.last_day = day;
	}
	if (calendar.first_day > calendar.last_day)
		calendar.first_day = calendar.last_day = FIRST_DAY;
	calendar.crashes = calloc(calendar.last_day - calendar.first_day + 1,
				  sizeof(*calendar.crashes));
	if (!calendar.crashes)
		abort();
	for (uint32_t row = 0; row < rows; row++)
		if (is_believable(times[row], last))
			calendar.crashes[calendar_day(times[row]) -
					 calendar.first_day]++;
	if (calendar.ingest_day < calendar.last_day)
		calendar.ingest_day = calendar.last_day;
	calendar.likely_crashes = usual(&calendar);
	calendar.end = (now_is_given ? today : calendar.last_day) + 1;
	return calendar;
}

void calendar_deinit(struct calendar *calendar)
{
	free(calendar->crashes);
}

static uint64_t last_ingest(struct store *store)
{
	const struct field *ingested = field_find("ingested");
	struct store_column column;
	uint64_t last = 0;

	for (uint32_t chunk = 0;
	     store_column_read(store, ingested, chunk, &column); chunk++)
		for (size_t i = 0; i < column.count; i++)
			if (column.numbers[i] != STORE_NO_NUMBER &&
			    column.numbers[i] > last)
				last = column.numbers[i];
	return last;
}

struct calendar calendar_read(struct query *query)
{
	uint64_t *times = factor_numbers(query->store, "time");
	const struct calendar calendar = calendar_make(
		times, store_row_count(query->store), last_ingest(query->store),
		query->now, query->now_is_given);

	free(times);
	return calendar;
}

bool calendar_is_gap(const struct calendar *calendar, uint64_t day)
{
	if (day < calendar->first_day || day > calendar->ingest_day)
		return true;
	if (day <= calendar->last_day &&
	    calendar->crashes[day - calendar->first_day])
		return false;
	return calendar->likely_crashes >= SURELY_CRASHES;
}

uint64_t calendar_covered(const struct calendar *calendar, uint64_t from,
			  uint64_t to)
{
	uint64_t covered = 0;

	for (uint64_t day = from; day < to && day <= calendar->ingest_day;
	     day++)
		covered += !calendar_is_gap(calendar, day);
	return covered;
}
