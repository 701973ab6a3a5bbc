#include "query/window.h"

#include <stdlib.h>

#include "query/calendar.h"
#include "query/count.h"
#include "signatures/base/bits.h"
#include "signatures/base/room.h"

enum {
	CHUNK_WORDS = STORE_CHUNK_ROWS / 64
};

/* A chunk of rows, by where their times lie. */
struct chunk {
	uint32_t number;
	const uint64_t *asked;
	size_t rows;
	bool has_earlier;
	uint64_t inside[CHUNK_WORDS], earlier[CHUNK_WORDS];
};

static struct window_seen *seen_of(struct window *window, uint32_t chunk)
{
	struct window_seen **seen = &window->seen[chunk];

	if (!*seen)
		*seen = room_cleared(1, sizeof(**seen));
	return *seen;
}

static void sort_row(struct window *window, struct chunk *chunk, size_t at,
		     uint64_t time)
{
	const uint64_t bit = UINT64_C(1) << at % 64;
	const uint64_t day = calendar_day(time);

	if (time == STORE_NO_NUMBER) {
		window->untimed++;
	} else if (day < window->from) {
		window->earlier++;
		chunk->earlier[at / 64] |= bit;
		chunk->has_earlier = true;
	} else if (day < window->from + 2 * window->half) {
		seen_of(window, chunk->number)->days[at] =
			(uint8_t)(day - window->from + 1);
		*(day < window->from + window->half ? &window->before
						    : &window->crashes) += 1;
		chunk->inside[at / 64] |= bit;
	} else {
		window->later++;
	}
}

/* Is all of it, as its head tells?  Crashes come in more or less by time. */
static bool is_earlier(const struct window *window, const struct field *time,
		       const struct chunk *chunk)
{
	struct store_range range;

	return store_column_range(window->store, time, chunk->number, &range) &&
	       range.with >= chunk->rows &&
	       calendar_day(range.most) < window->from;
}

static void take_all(struct window *window, struct chunk *chunk)
{
	for (size_t i = 0; i * 64 < chunk->rows; i++) {
		window->earlier += bits_ones(chunk->asked[i]);
		chunk->earlier[i] = chunk->asked[i];
	}
	chunk->has_earlier = true;
}

static void sort_rows(struct window *window, struct chunk *chunk)
{
	const struct field *time = field_find("time");
	struct store_column column;

	if (is_earlier(window, time, chunk)) {
		take_all(window, chunk);
		return;
	}
	if (!store_column_read(window->store, time, chunk->number, &column))
		return;
	for (size_t i = 0; i * 64 < chunk->rows; i++)
		for (uint64_t word = chunk->asked[i]; word; word &= word - 1) {
			const size_t at =
				i * 64 + (size_t)__builtin_ctzll(word);

			if (at < column.count)
				sort_row(window, chunk, at, column.numbers[at]);
		}
}

static void take_machines(struct window *window, const struct chunk *chunk)
{
	struct window_seen *seen = window->seen[chunk->number];
	struct store_column column;

	if (!seen || !store_column_read(window->store, field_find("machine"),
					chunk->number, &column))
		return;
	for (size_t at = 0; at < column.count; at++)
		if (count_bit(chunk->inside, at))
			seen->machines[at] = column.terms[at];
}

/* Of a column what was before the windows is counted at once. */
static void take_earlier(struct window *window, const struct chunk *chunk)
{
	struct store_column column;

	if (!store_column_read(window->store, window->field, chunk->number,
			       &column))
		return;
	for (size_t at = 0; at < column.count; at++)
		if (count_bit(chunk->earlier, at))
			window->ever_before[column.terms[at]]++;
}

/* What is looked at, and what can be asked about. */
static void keep_rows(struct window *window, const struct chunk *chunk)
{
	const bool is_asked = window->ever_before || window->earlier_rows.bits;
	size_t rows;
	uint64_t *bits = plan_chunk(&window->looked_at, chunk->number, &rows);
	uint64_t *earlier = NULL;

	if (window->earlier_rows.bits)
		earlier =
			plan_chunk(&window->earlier_rows, chunk->number, &rows);
	for (size_t i = 0; i * 64 < rows; i++) {
		bits[i] = chunk->inside[i] | (is_asked ? 0 : chunk->earlier[i]);
		if (earlier)
			earlier[i] = chunk->earlier[i];
	}
}

static void read_times(struct window *window, const struct plan *asked)
{
	const bool is_asked = window->ever_before || window->earlier_rows.bits;

	for (uint32_t number = 0; number < plan_chunks(asked); number++) {
		struct chunk chunk = { .number = number };

		chunk.asked = plan_chunk(asked, number, &chunk.rows);
		if (!plan_has_any(asked, number))
			continue;
		sort_rows(window, &chunk);
		take_machines(window, &chunk);
		if (window->ever_before && chunk.has_earlier)
			take_earlier(window, &chunk);
		keep_rows(window, &chunk);
	}
	window->looked_at.matched = window->crashes + window->before +
				    (is_asked ? 0 : window->earlier);
}

void window_read(struct window *window, const struct plan *asked)
{
	const enum field_index index = window->field->index;

	window->seen = room_cleared(plan_chunks(asked), sizeof(*window->seen));
	if (index == FIELD_COLUMN)
		window->ever_before = room_cleared(
			store_column_last_term(window->store, window->field) +
				1ul,
			sizeof(*window->ever_before));
	if (index == FIELD_POSTINGS || index == FIELD_MODULES)
		window->earlier_rows = plan_none(window->store);
	window->looked_at = plan_none(window->store);
	read_times(window, asked);
}

struct asking {
	const struct plan *earlier;
	bool is_there;
};

static bool look_at(void *closure, uint32_t row)
{
	struct asking *asking = closure;

	asking->is_there = row < asking->earlier->row_count &&
			   count_bit(asking->earlier->bits, row);
	return !asking->is_there;
}

enum status window_ask_earlier(const struct window *window, uint32_t term,
			       bool *ret, struct error *err)
{
	struct asking asking = { .earlier = &window->earlier_rows };
	struct store_rows *rows = store_rows_create();
	const enum status status = store_posting_read(
		window->store, window->field, term, rows, err);

	if (!status) {
		store_rows_walk(rows, look_at, &asking);
		*ret = asking.is_there;
	}
	store_rows_destroy(rows);
	return status;
}

void window_deinit(struct window *window)
{
	for (uint32_t i = 0; i < plan_chunks(&window->looked_at); i++)
		free(window->seen[i]);
	free(window->seen);
	free(window->ever_before);
	plan_deinit(&window->earlier_rows);
	plan_deinit(&window->looked_at);
}
