#include "query/plan.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"

enum {
	WORD_BITS = 64
};

static size_t word_count(const struct plan *plan)
{
	return ((size_t)plan->row_count + WORD_BITS - 1) / WORD_BITS;
}

void plan_count(struct plan *plan)
{
	plan->matched = bits_count(plan->bits, word_count(plan));
}

/* Most of these stay empty, and then cost nothing. */
struct plan plan_none(struct store *store)
{
	struct plan plan = { .row_count = store_row_count(store) };

	plan.bits = must(calloc(word_count(&plan) + 1, sizeof(*plan.bits)));
	return plan;
}

struct plan plan_all(struct store *store)
{
	return plan_full(store_row_count(store));
}

struct plan plan_full(uint32_t count)
{
	struct plan plan = { .row_count = count };
	const size_t words = word_count(&plan);
	const unsigned last = plan.row_count % WORD_BITS;

	plan.bits = room_take(words + 1, sizeof(*plan.bits));
	memset(plan.bits, 0xff, words * sizeof(*plan.bits));
	if (last)
		plan.bits[words - 1] = (1ull << last) - 1;
	plan.matched = plan.row_count;
	return plan;
}

void plan_deinit(struct plan *plan)
{
	free(plan->bits);
	plan->bits = NULL;
}

void plan_keep(struct plan *plan, const struct plan *other)
{
	for (size_t i = 0; i < word_count(plan); i++)
		plan->bits[i] &= other->bits[i];
	plan_count(plan);
}

void plan_add(struct plan *plan, uint32_t row)
{
	if (row < plan->row_count)
		plan->bits[row / WORD_BITS] |= 1ull << (row % WORD_BITS);
}

void plan_take_out(struct plan *plan, uint32_t row)
{
	if (row < plan->row_count)
		plan->bits[row / WORD_BITS] &= ~(1ull << (row % WORD_BITS));
}

uint32_t plan_chunks(const struct plan *plan)
{
	return (uint32_t)(((uint64_t)plan->row_count + STORE_CHUNK_ROWS - 1) /
			  STORE_CHUNK_ROWS);
}

uint64_t *plan_chunk(const struct plan *plan, uint32_t chunk, size_t *rows)
{
	const size_t first = (size_t)chunk * STORE_CHUNK_ROWS;
	const size_t left = plan->row_count - first;

	*rows = left < STORE_CHUNK_ROWS ? left : STORE_CHUNK_ROWS;
	return plan->bits + first / WORD_BITS;
}

bool plan_has_any(const struct plan *plan, uint32_t chunk)
{
	size_t rows;
	const uint64_t *bits = plan_chunk(plan, chunk, &rows);

	return bits_any(bits, (rows + WORD_BITS - 1) / WORD_BITS);
}

void plan_join(struct plan *plan, const struct plan *other)
{
	for (size_t i = 0; i < word_count(plan); i++)
		plan->bits[i] |= other->bits[i];
	plan_count(plan);
}

void plan_leave_out(struct plan *plan, const struct plan *other)
{
	for (size_t i = 0; i < word_count(plan); i++)
		plan->bits[i] &= ~other->bits[i];
	plan_count(plan);
}

void plan_walk(const struct plan *plan,
	       bool (*take)(void *closure, uint32_t row), void *closure)
{
	for (size_t i = 0; i < word_count(plan); i++) {
		for (uint64_t word = plan->bits[i]; word; word &= word - 1) {
			const size_t row =
				i * WORD_BITS + (size_t)__builtin_ctzll(word);

			if (!take(closure, (uint32_t)row))
				return;
		}
	}
}
