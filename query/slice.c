#include "query/slice.h"

#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "signatures/base/bits.h"
#include "signatures/base/room.h"

enum {
	WORD_ROWS = 64,
	CHUNK_WORDS = STORE_CHUNK_ROWS / WORD_ROWS
};

void slice_init(struct slice *slice, struct plan plan)
{
	const size_t words = (plan.row_count + WORD_ROWS - 1) / WORD_ROWS;
	uint32_t sum = 0;

	slice->plan = plan;
	slice->before = room_take(words + 1, sizeof(*slice->before));
	for (size_t i = 0; i < words; i++) {
		slice->before[i] = sum;
		sum += bits_ones(plan.bits[i]);
	}
}

void slice_deinit(struct slice *slice)
{
	plan_deinit(&slice->plan);
	free(slice->before);
}

size_t slice_place(const struct slice *slice, uint32_t row)
{
	const size_t word = row / WORD_ROWS;
	const uint64_t below = (UINT64_C(1) << row % WORD_ROWS) - 1;

	return slice->before[word] + bits_ones(slice->plan.bits[word] & below);
}

/* What the plan has of each chunk of a field; at says where it belongs. */
typedef void take_row(void *field, size_t at, const struct store_column *column,
		      size_t i);

static void walk(const struct slice *slice, struct store *store,
		 const char *name, take_row *take, void *closure)
{
	const struct field *field = field_find(name);
	struct store_column column;

	for (uint32_t chunk = 0; chunk < plan_chunks(&slice->plan); chunk++) {
		size_t at, rows;
		const uint64_t *bits = plan_chunk(&slice->plan, chunk, &rows);

		if (!plan_has_any(&slice->plan, chunk) ||
		    !store_column_pick(store, field, chunk, bits, &column))
			continue;
		at = slice->before[(size_t)chunk * CHUNK_WORDS];
		for (size_t i = 0; i < column.count && i < rows; i++)
			if (count_bit(bits, i))
				take(closure, at++, &column, i);
	}
}

static void take_term(void *terms, size_t at, const struct store_column *column,
		      size_t i)
{
	((uint32_t *)terms)[at] = column->terms[i];
}

uint32_t *slice_terms(const struct slice *slice, struct store *store,
		      const char *field)
{
	const size_t count = (size_t)slice->plan.matched;
	uint32_t *terms = room_take(count + 1, sizeof(*terms));

	memset(terms, 0, (count + 1) * sizeof(*terms));
	walk(slice, store, field, take_term, terms);
	return terms;
}

static void take_number(void *numbers, size_t at,
			const struct store_column *column, size_t i)
{
	((uint64_t *)numbers)[at] = column->numbers[i];
}

uint64_t *slice_numbers(const struct slice *slice, struct store *store,
			const char *field)
{
	const size_t count = (size_t)slice->plan.matched;
	uint64_t *numbers = room_take(count + 1, sizeof(*numbers));

	for (size_t i = 0; i <= count; i++)
		numbers[i] = STORE_NO_NUMBER;
	walk(slice, store, field, take_number, numbers);
	return numbers;
}
