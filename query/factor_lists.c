#include "query/factor_lists.h"

#include <stdlib.h>

#include "query/count.h"
#include "query/factor.h"
#include "signatures/base/room.h"

/* Rows of the plan are called by their place among them. */
struct gathering {
	uint32_t *rows;		   /* by place */
	struct factor_index lists; /* places by list */
	uint64_t *has;		   /* by place, of the term at hand */
	uint32_t *found;
	store_posting_take *take;
	void *closure;
};

/* Lists of the plan's rows, in their order; and the rows themselves. */
static uint32_t *read_lists(struct store *store, const struct plan *plan,
			    uint32_t *rows)
{
	uint32_t *lists = room_take(plan->matched + 1, sizeof(*lists));
	struct store_column column;
	size_t place = 0;

	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++) {
		size_t count;
		const uint64_t *bits = plan_chunk(plan, chunk, &count);

		if (!plan_has_any(plan, chunk))
			continue;
		if (!store_column_lists(store, chunk, &column))
			column.count = 0;
		for (size_t i = 0; i < count; i++)
			if (count_bit(bits, i)) {
				lists[place] =
					i < column.count ? column.terms[i] : 0;
				rows[place++] =
					chunk * STORE_CHUNK_ROWS + (uint32_t)i;
			}
	}
	return lists;
}

static size_t take_places(const struct gathering *gathering,
			  const uint32_t *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		gathering->found[i] = gathering->rows[places[i]];
	return count;
}

/* Of several lists, which have their places each in its own order. */
static size_t join_places(const struct gathering *gathering,
			  const uint32_t *lists, size_t count)
{
	const struct factor_index *index = &gathering->lists;
	size_t least = SIZE_MAX, most = 0, found = 0;

	for (size_t i = 0; i < count; i++) {
		const uint32_t from = index->first[lists[i]];
		const uint32_t to = index->first[lists[i] + 1];

		for (uint32_t j = from; j < to; j++)
			gathering->has[index->rows[j] / 64] |=
				UINT64_C(1) << index->rows[j] % 64;
		if (index->rows[from] / 64 < least)
			least = index->rows[from] / 64;
		if (index->rows[to - 1] / 64 > most)
			most = index->rows[to - 1] / 64;
	}
	for (size_t i = least; i <= most; i++) {
		for (uint64_t word = gathering->has[i]; word; word &= word - 1)
			gathering->found[found++] =
				gathering->rows[i * 64 +
						(size_t)__builtin_ctzll(word)];
		gathering->has[i] = 0;
	}
	return found;
}

/* Lists without a row of the plan are none of those that are given. */
static bool take_term(void *closure, uint32_t term, const uint32_t *lists,
		      size_t count)
{
	const struct gathering *gathering = closure;
	const struct factor_index *index = &gathering->lists;
	const uint32_t from = index->first[lists[0]];
	const size_t found =
		count > 1 ? join_places(gathering, lists, count)
			  : take_places(gathering, index->rows + from,
					index->first[lists[0] + 1] - from);

	return gathering->take(gathering->closure, term, gathering->found,
			       found);
}

static struct plan lists_met(const struct factor_index *index)
{
	struct plan met = plan_full(index->keys);

	for (uint32_t list = 0; list < index->keys; list++)
		if (index->first[list] == index->first[list + 1])
			plan_take_out(&met, list);
	return met;
}

enum status factor_lists_each(struct store *store, const struct field *field,
			      const struct plan *asked,
			      store_posting_take *take, void *closure,
			      struct error *err)
{
	struct gathering gathering = { .take = take, .closure = closure };
	struct plan plan = *asked, places, met;
	enum status status;
	uint32_t *lists;

	plan_count(&plan);
	places = plan_full((uint32_t)plan.matched);
	gathering.rows = room_take(plan.matched + 1, sizeof(*gathering.rows));
	gathering.found = room_take(plan.matched + 1, sizeof(*gathering.found));
	gathering.has =
		room_cleared(plan.matched / 64 + 1, sizeof(*gathering.has));
	lists = read_lists(store, &plan, gathering.rows);
	gathering.lists = factor_index_make(
		&places, lists, factor_bound(lists, places.row_count));
	met = lists_met(&gathering.lists);
	status = store_posting_each(store, field, met.bits,
				    ((size_t)met.row_count + 63) / 64,
				    take_term, &gathering, err);
	plan_deinit(&met);
	factor_index_deinit(&gathering.lists);
	free(lists);
	free(gathering.has);
	free(gathering.found);
	free(gathering.rows);
	plan_deinit(&places);
	return status;
}
