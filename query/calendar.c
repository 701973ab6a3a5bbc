#include "query/calendar.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"

#define DAY_TICKS (86400 * TEXT_TICKS_PER_SECOND)

/* exp(-4.6) is 1 in 100. */
#define SURELY_CRASHES 4.6

enum {
	/* From 1990 to 2200: a clock that shows anything else is broken. */
	FIRST_DAY = 142079,
	LAST_DAY = 218780,
	FEW_DAYS = 4 /* of a chunk */
};

uint64_t calendar_day(uint64_t filetime)
{
	return filetime / DAY_TICKS;
}

const char *calendar_text(struct arena *arena, uint64_t day)
{
	char time[TEXT_TIME_BYTES];

	text_time(day * DAY_TICKS, time);
	time[strcspn(time, "T")] = '\0';
	return text_copy(arena, time);
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

/* Crashes by day, those of FIRST_DAY first; only days counted are touched. */
struct days {
	uint64_t *crashes;
	uint64_t first, last; /* of those counted */
};

static struct days days_begin(void)
{
	const struct days days = {
		.crashes = calloc(LAST_DAY - FIRST_DAY + 1, sizeof(uint64_t)),
		.first = LAST_DAY,
	};

	if (!days.crashes)
		must_end();
	return days;
}

static void days_count(struct days *days, const uint64_t *times, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t day = calendar_day(times[i]);

		if (times[i] == STORE_NO_NUMBER || day < FIRST_DAY ||
		    day > LAST_DAY)
			continue;
		days->crashes[day - FIRST_DAY]++;
		days->first = day < days->first ? day : days->first;
		days->last = day > days->last ? day : days->last;
	}
}

static void add_day(struct days *days, uint64_t day, uint64_t crashes)
{
	if (!crashes)
		return;
	days->crashes[day - FIRST_DAY] += crashes;
	days->first = day < days->first ? day : days->first;
	days->last = day > days->last ? day : days->last;
}

/* The days of a chunk that has a time for each row, if they are few. */
static bool spans_few(struct store *store, const struct field *time,
		      uint32_t chunk, size_t rows, struct store_range *ret)
{
	if (!store_column_range(store, time, chunk, ret) || ret->with < rows)
		return false;
	ret->least = calendar_day(ret->least);
	ret->most = calendar_day(ret->most);
	return ret->least >= FIRST_DAY && ret->most <= LAST_DAY &&
	       ret->most - ret->least < FEW_DAYS;
}

/*
 * A subtraction a row and day is less than finding the day of each: times up to
 * LAST_DAY are below 2^63, so that the top bit says which is less.
 */
static void count_few(struct days *days, const struct store_range *span,
		      const uint64_t *times, size_t count)
{
	uint64_t before = 0;

	for (uint64_t day = span->least; day < span->most; day++) {
		const uint64_t end = (day + 1) * DAY_TICKS;
		uint64_t so_far = 0;

		for (size_t i = 0; i < count; i++)
			so_far += (times[i] - end) >> 63;
		add_day(days, day, so_far - before);
		before = so_far;
	}
	add_day(days, span->most, count - before);
}

static void count_chunks(struct days *days, struct store *store)
{
	const struct field *time = field_find("time");
	const uint32_t rows = store_row_count(store);
	struct store_column column;
	struct store_range span;

	for (uint32_t chunk = 0; (uint64_t)chunk * STORE_CHUNK_ROWS < rows;
	     chunk++) {
		const size_t left = rows - (size_t)chunk * STORE_CHUNK_ROWS;
		const size_t count =
			left < STORE_CHUNK_ROWS ? left : STORE_CHUNK_ROWS;
		const bool is_few = spans_few(store, time, chunk, count, &span);

		if (is_few && span.least == span.most)
			add_day(days, span.least, count);
		else if (!store_column_read(store, time, chunk, &column))
			break;
		else if (is_few)
			count_few(days, &span, column.numbers, column.count);
		else
			days_count(days, column.numbers, column.count);
	}
}

/* Takes days over. */
static struct calendar make(struct days *days, uint64_t last_ingest,
			    uint64_t now, bool now_is_given)
{
	const uint64_t today = calendar_day(now);
	const uint64_t last =
		now_is_given || today > LAST_DAY ? LAST_DAY : today + 1;
	struct calendar calendar = { .first_day = UINT64_MAX,
				     .ingest_day = calendar_day(last_ingest) };
	size_t bytes;

	for (uint64_t day = days->first; day <= days->last && day <= last;
	     day++) {
		if (!days->crashes[day - FIRST_DAY])
			continue;
		if (calendar.first_day == UINT64_MAX)
			calendar.first_day = day;
		calendar.last_day = day;
	}
	if (calendar.first_day > calendar.last_day)
		calendar.first_day = calendar.last_day = FIRST_DAY;
	bytes = (calendar.last_day - calendar.first_day + 1) *
		sizeof(*calendar.crashes);
	calendar.crashes = must(malloc(bytes));
	memcpy(calendar.crashes, days->crashes + calendar.first_day - FIRST_DAY,
	       bytes);
	free(days->crashes);
	if (calendar.ingest_day < calendar.last_day)
		calendar.ingest_day = calendar.last_day;
	calendar.likely_crashes = usual(&calendar);
	calendar.end = (now_is_given ? today : calendar.last_day) + 1;
	return calendar;
}

struct calendar calendar_make(const uint64_t *times, uint32_t rows,
			      uint64_t last_ingest, uint64_t now,
			      bool now_is_given)
{
	struct days days = days_begin();

	days_count(&days, times, rows);
	return make(&days, last_ingest, now, now_is_given);
}

void calendar_deinit(struct calendar *calendar)
{
	free(calendar->crashes);
}

static uint64_t latest(const struct store_column *column)
{
	uint64_t last = 0;

	for (size_t i = 0; i < column->count; i++)
		if (column->numbers[i] != STORE_NO_NUMBER &&
		    column->numbers[i] > last)
			last = column->numbers[i];
	return last;
}

/* Heads of chunks tell, but for a store that has none. */
static uint64_t last_ingest(struct store *store)
{
	const struct field *ingested = field_find("ingested");
	const uint32_t rows = store_row_count(store);
	struct store_column column;
	uint64_t last = 0;

	for (uint32_t chunk = 0; (uint64_t)chunk * STORE_CHUNK_ROWS < rows;
	     chunk++) {
		struct store_range range;

		if (!store_column_range(store, ingested, chunk, &range))
			continue;
		if (range.most == UINT64_MAX)
			range.most = store_column_read(store, ingested, chunk,
						       &column)
					     ? latest(&column)
					     : 0;
		last = range.most > last ? range.most : last;
	}
	return last;
}

struct calendar calendar_read(struct query *query)
{
	struct days days = days_begin();

	count_chunks(&days, query->store);
	return make(&days, last_ingest(query->store), query->now,
		    query->now_is_given);
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
