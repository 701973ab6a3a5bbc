/*
 * What is sorted is small: where clumps stand, beside what tells most of them
 * apart.  Then each goes to its place.
 */
#include <stdlib.h>
#include <string.h>

#include "query/clump.h"
#include "query/factor.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

struct place {
	uint64_t size;	  /* what the order goes by first */
	uint64_t letters; /* the first of the id, if it is known */
	const struct clump *clump;
};

static int rising(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Of those that are equal in all but their ids. */
static int by_id(const struct place *a, const struct place *b)
{
	const int order = rising(a->letters, b->letters);

	if (order || !a->clump->id || !b->clump->id)
		return order;
	return strcmp(a->clump->id, b->clump->id);
}

static int by_size(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;
	const int order = rising(b->size, a->size);

	return order ? order : by_id(a, b);
}

/* A clump has as many crashes as the store has rows, at most. */
static uint64_t machines_of(const struct clump *clump)
{
	return clump->machines << 32 | clump->crashes;
}

static uint64_t crashes_of(const struct clump *clump)
{
	return clump->crashes << 32 | clump->machines;
}

static int by_rise(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;
	const double x = a->clump->rise;
	const double y = b->clump->rise;

	if (x != y)
		return x > y ? -1 : 1;
	return by_size(left, right);
}

static bool is_equal(const struct clump *a, const struct clump *b,
		     enum clump_order order)
{
	return a->machines == b->machines && a->crashes == b->crashes &&
	       (order != CLUMP_RISE || a->rise == b->rise);
}

static uint64_t letters_of(const struct clump *clump)
{
	uint64_t letters = 0;

	for (size_t i = 0; i < sizeof(letters) && clump->id && clump->id[i];
	     i++)
		letters |= (uint64_t)(unsigned char)clump->id[i]
			   << 8 * (sizeof(letters) - 1 - i);
	return letters;
}

/* Round each circle of clumps that go to one another's places. */
static void put(struct clump *at, size_t count, struct place *places)
{
	for (size_t i = 0; i < count; i++) {
		const struct clump first = at[i];
		size_t hole = i;

		while (places[hole].clump) {
			const size_t from = (size_t)(places[hole].clump - at);

			places[hole].clump = NULL;
			if (from == i)
				at[hole] = first;
			else
				at[hole] = at[from];
			hole = from;
		}
	}
}

static void sort(struct clump *at, size_t count, enum clump_order order)
{
	struct place *places = room_take(count + 1, sizeof(*places));

	for (size_t i = 0; i < count; i++)
		places[i] =
			(struct place){ .size = order == CLUMP_CRASHES
							? crashes_of(&at[i])
							: machines_of(&at[i]),
					.letters = letters_of(&at[i]),
					.clump = &at[i] };
	qsort(places, count, sizeof(*places),
	      order == CLUMP_RISE ? by_rise : by_size);
	put(at, count, places);
	free(places);
}

struct naming {
	struct clumps *clumps;
	struct arena *arena;
	size_t at; /* the next without an id; terms rise */
};

static bool take_id(void *closure, const struct store_term *term)
{
	struct naming *naming = closure;
	struct clump *at = naming->clumps->at;
	const size_t count = naming->clumps->count;

	while (naming->at < count && at[naming->at].term < term->term)
		naming->at++;
	if (naming->at < count && at[naming->at].term == term->term)
		at[naming->at++].id =
			text_copy(naming->arena, term->value.text);
	return naming->at < count;
}

static void name(struct query *query, struct clumps *clumps,
		 struct clump *clump)
{
	if (!clump->id)
		clump->id = factor_text(clumps->store, clumps->field,
					clump->term, &query->arena);
}

/*
 * As clump_gather() left them, by term.  A walk through the dictionary from the
 * first to the last is less than a search in it for most of these.
 */
static void name_all(struct query *query, struct clumps *clumps)
{
	struct naming naming = { .clumps = clumps, .arena = &query->arena };
	const struct clump *at = clumps->at;
	const size_t count = clumps->count;
	struct error err;

	if (count && count > (at[count - 1].term - at[0].term) / 8)
		/* What it does not tell is asked one by one. */
		(void)!store_walk_numbers(clumps->store,
					  field_find(clumps->field), at[0].term,
					  take_id, &naming, &err);
	for (size_t i = 0; i < count; i++)
		name(query, clumps, &clumps->at[i]);
}

void clump_sort(struct query *query, struct clumps *clumps,
		enum clump_order order, size_t first)
{
	struct clump *at = clumps->at;
	size_t end;

	if (first >= clumps->count)
		name_all(query, clumps);
	if (clumps->count > 1)
		sort(at, clumps->count, order);
	for (size_t i = 0; i < clumps->count && i < first; i = end) {
		bool is_new = false;

		for (end = i;
		     end < clumps->count && is_equal(&at[i], &at[end], order);
		     end++) {
			is_new |= !at[end].id;
			name(query, clumps, &at[end]);
		}
		if (end - i > 1 && is_new)
			sort(at + i, end - i, order);
	}
}
