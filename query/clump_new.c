#include "query/clump_new.h"

#include <stdlib.h>

#include "query/count.h"
#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"

/* Terms as bits: few enough to stay in the caches where rows do not. */
struct aging {
	struct store *store;
	const struct field *field, *time;
	const struct plan *plan;
	uint64_t since;
	uint64_t *old;	/* first seen before */
	uint64_t *met;	/* ... and of the rows asked about */
	bool *is_mixed; /* by chunk: rows of it may be new */
	size_t mixed_rows;
	struct clump_new *found;
};

static void set(uint64_t *bits, uint32_t term)
{
	bits[term / 64] |= UINT64_C(1) << term % 64;
}

/* Every row of it happened before. */
static bool is_before(const struct aging *aging, uint32_t chunk, size_t rows)
{
	struct store_range range;

	return store_column_range(aging->store, aging->time, chunk, &range) &&
	       range.with >= rows && range.most < aging->since;
}

/* Term 0 is marked as well, and taken off in the end. */
static void mark_whole(struct aging *aging, const struct store_column *column)
{
	size_t without = 0;

	for (size_t i = 0; i < column->count; i++) {
		const uint32_t term = column->terms[i];

		set(aging->old, term);
		without += !term;
	}
	aging->found->older_crashes += column->count - without;
}

static void mark_all(struct aging *aging, uint32_t chunk,
		     const struct store_column *column)
{
	size_t rows;
	const uint64_t *bits = plan_chunk(aging->plan, chunk, &rows);

	if (aging->met == aging->old) {
		mark_whole(aging, column);
		return;
	}
	for (size_t i = 0; i < column->count; i++) {
		const uint32_t term = column->terms[i];

		set(aging->old, term);
		if (count_bit(bits, i) && term) {
			set(aging->met, term);
			aging->found->older_crashes++;
		}
	}
}

static void mark_some(struct aging *aging, const struct store_column *column,
		      const struct store_column *times)
{
	for (size_t i = 0; i < column->count && i < times->count; i++) {
		const uint32_t term = column->terms[i];
		const uint64_t time = times->numbers[i];
		uint64_t *born = &aging->found->born[term];

		if (time < aging->since)
			set(aging->old, term);
		else if (time != STORE_NO_NUMBER && (!*born || time < *born))
			*born = time;
	}
}

static void mark_chunks(struct aging *aging)
{
	struct store_column column, times;

	for (uint32_t chunk = 0;
	     store_column_read(aging->store, aging->field, chunk, &column);
	     chunk++) {
		if (is_before(aging, chunk, column.count)) {
			mark_all(aging, chunk, &column);
			continue;
		}
		aging->is_mixed[chunk] = true;
		aging->mixed_rows += column.count;
		if (store_column_read(aging->store, aging->time, chunk, &times))
			mark_some(aging, &column, &times);
	}
}

static void take_row(struct aging *aging, uint32_t row, uint32_t term)
{
	struct clump_new *found = aging->found;

	if (!term)
		return;
	if (count_bit(aging->old, term) || !found->born[term]) {
		set(aging->met, term);
		found->older_crashes++;
		return;
	}
	found->terms[found->plan.matched++] = term;
	plan_add(&found->plan, row);
}

static void take_chunk(struct aging *aging, uint32_t chunk)
{
	const uint32_t first = chunk * STORE_CHUNK_ROWS;
	struct store_column column;
	size_t rows;
	const uint64_t *bits = plan_chunk(aging->plan, chunk, &rows);

	if (!plan_has_any(aging->plan, chunk) ||
	    !store_column_read(aging->store, aging->field, chunk, &column))
		return;
	for (size_t i = 0; i < rows && i < column.count; i++)
		if (count_bit(bits, i))
			take_row(aging, first + (uint32_t)i, column.terms[i]);
}

void clump_new_find(struct store *store, const struct field *field,
		    const struct plan *plan, uint64_t since,
		    struct clump_new *ret)
{
	const uint32_t bound = 1 + store_column_last_term(store, field);
	const uint32_t chunks = plan_chunks(plan);
	const size_t words = bound / 64 + 1;
	struct aging aging = {
		.store = store,
		.field = field,
		.time = field_find("time"),
		.plan = plan,
		.since = since,
		.old = room_cleared(words, sizeof(*aging.old)),
		.is_mixed = room_cleared(chunks + 1ul, sizeof(bool)),
		.found = ret,
	};

	*ret = (struct clump_new){
		.plan = plan_none(store),
		.born = room_cleared(bound, sizeof(*ret->born)),
		.bound = bound,
	};
	aging.met = plan->matched == plan->row_count
			    ? aging.old
			    : room_cleared(words, sizeof(*aging.met));
	mark_chunks(&aging);
	ret->terms = room_take(aging.mixed_rows + 1, sizeof(*ret->terms));
	for (uint32_t chunk = 0; chunk < chunks; chunk++)
		if (aging.is_mixed[chunk])
			take_chunk(&aging, chunk);
	aging.met[0] &= ~UINT64_C(1);
	for (size_t i = 0; i < words; i++)
		ret->older += bits_ones(aging.met[i]);
	free(aging.is_mixed);
	if (aging.met != aging.old)
		free(aging.met);
	free(aging.old);
}

void clump_new_deinit(struct clump_new *found)
{
	plan_deinit(&found->plan);
	free(found->terms);
	free(found->born);
}
