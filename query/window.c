#include "query/window.h"

#include <stdlib.h>

#include "query/calendar.h"
#include "query/count.h"

enum {
	CHUNK_WORDS = STORE_CHUNK_ROWS / 64
};

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

/* A chunk of rows, by where their times lie. */
struct chunk {
	uint32_t number;
	const uint64_t *asked;
	size_t rows;
	bool has_inside, has_earlier;
	uint64_t inside[CHUNK_WORDS], earlier[CHUNK_WORDS];
};

static void sort_row(struct window *window, struct chunk *chunk, size_t at,
		     uint64_t time)
{
	const uint32_t row = chunk->number * STORE_CHUNK_ROWS + (uint32_t)at;
	const uint64_t bit = UINT64_C(1) << at % 64;
	const uint64_t day = calendar_day(time);

	if (time == STORE_NO_NUMBER) {
		window->untimed++;
	} else if (day < window->from) {
		window->earlier++;
		chunk->earlier[at / 64] |= bit;
		chunk->has_earlier = true;
	} else if (day < window->from + 2 * window->half) {
		window->days[row] = (uint8_t)(day - window->from + 1);
		*(day < window->from + window->half ? &window->before
						    : &window->crashes) += 1;
		chunk->inside[at / 64] |= bit;
		chunk->has_inside = true;
	} else {
		window->later++;
	}
}

static void sort_rows(struct window *window, struct chunk *chunk)
{
	struct store_column column;

	if (!store_column_read(window->store, field_find("time"), chunk->number,
			       &column))
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
	uint32_t *to =
		window->machines + (size_t)chunk->number * STORE_CHUNK_ROWS;
	struct store_column column;

	if (!store_column_read(window->store, field_find("machine"),
			       chunk->number, &column))
		return;
	for (size_t at = 0; at < column.count; at++)
		if (count_bit(chunk->inside, at))
			to[at] = column.terms[at];
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

static void read_times(struct window *window, const struct plan *asked)
{
	struct plan *plan = &window->looked_at;

	for (uint32_t number = 0; number < plan_chunks(asked); number++) {
		struct chunk chunk = { .number = number };
		uint64_t *bits;

		chunk.asked = plan_chunk(asked, number, &chunk.rows);
		if (!plan_has_any(asked, number))
			continue;
		sort_rows(window, &chunk);
		if (chunk.has_inside)
			take_machines(window, &chunk);
		if (window->ever_before && chunk.has_earlier)
			take_earlier(window, &chunk);
		bits = plan_chunk(plan, number, &chunk.rows);
		for (size_t i = 0; i * 64 < chunk.rows; i++)
			bits[i] = chunk.inside[i] |
				  (window->ever_before ? 0 : chunk.earlier[i]);
	}
	plan->matched = window->crashes + window->before +
			(window->ever_before ? 0 : window->earlier);
}

void window_read(struct window *window, const struct plan *asked)
{
	const uint32_t rows = asked->row_count;

	window->days = zeroed(rows, sizeof(*window->days));
	window->machines = zeroed(rows, sizeof(*window->machines));
	if (window->field->index == FIELD_COLUMN)
		window->ever_before = zeroed(
			store_column_last_term(window->store, window->field) +
				1ul,
			sizeof(*window->ever_before));
	window->looked_at = plan_none(window->store);
	read_times(window, asked);
}

void window_deinit(struct window *window)
{
	free(window->days);
	free(window->machines);
	free(window->ever_before);
	plan_deinit(&window->looked_at);
}
