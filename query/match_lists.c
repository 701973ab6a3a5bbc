#include "query/match_lists.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/room.h"

enum {
	WORD_BITS = 64
};

/* Rows on the posting list of a term, as bits. */
struct joined {
	struct store *store;
	const struct field *field;
	const uint64_t *among;
	uint64_t *bits;
	struct error *err;
	enum status status;
};

static bool join_term(void *closure, const struct store_term *term)
{
	struct joined *joined = closure;

	joined->status =
		store_posting_bits(joined->store, joined->field, term->term,
				   joined->among, joined->bits, joined->err);
	return joined->status == STATUS_OK;
}

static enum status join_accepted(struct joined *joined,
				 const struct accept *accept)
{
	for (uint32_t term = 1; term < accept->terms; term++) {
		const struct store_term one = { .term = term };

		if (accept->yes[term] && !join_term(joined, &one))
			return joined->status;
	}
	return STATUS_OK;
}

/* Rows without any value are what no list has. */
static enum status add_absent(struct joined *joined, const struct plan *plan,
			      size_t words)
{
	struct plan any = plan_none(joined->store);
	uint64_t *bits = joined->bits;

	joined->bits = any.bits;
	if (store_walk_terms(joined->store, joined->field, join_term, joined,
			     joined->err))
		joined->status = joined->err->status;
	for (size_t i = 0; i < words; i++)
		bits[i] |= plan->bits[i] & ~any.bits[i];
	joined->bits = bits;
	plan_deinit(&any);
	return joined->status;
}

static enum status join_rows(struct store *store, const struct accept *accept,
			     struct plan *plan, uint64_t *bits, size_t words,
			     struct error *err)
{
	const uint64_t flip = accept->test->negated ? UINT64_MAX : 0;
	struct joined joined = { .store = store,
				 .field = accept->test->field,
				 .among = plan->bits,
				 .bits = bits,
				 .err = err };

	memset(bits, 0, words * sizeof(*bits));
	if (join_accepted(&joined, accept) ||
	    (accept_has(accept, 0) && add_absent(&joined, plan, words)))
		return joined.status;
	for (size_t i = 0; i < words; i++)
		plan->bits[i] &= bits[i] ^ flip;
	return STATUS_OK;
}

enum status match_lists_rows(struct store *store, const struct accept *accept,
			     struct plan *plan, struct error *err)
{
	const struct where_test *test = accept->test;
	const size_t words =
		((size_t)plan->row_count + WORD_BITS - 1) / WORD_BITS;
	uint64_t *bits;
	enum status status;

	/* One list is kept in place. */
	if (accept->count == 1 && accept->only && !test->negated)
		return store_posting_keep(store, test->field, accept->only,
					  plan->bits, err);
	bits = room_take(words + 1, sizeof(*bits));
	status = join_rows(store, accept, plan, bits, words, err);
	free(bits);
	return status;
}

/* Lists as bits; those beyond are as if without modules. */
struct members {
	struct store_terms lists;
	bool value; /* that lists are being given */
};

static void make_room(struct store_terms *lists, size_t words)
{
	lists->bits = must(realloc(lists->bits, words * sizeof(*lists->bits)));
	memset(lists->bits + lists->words, lists->beyond ? 0xff : 0,
	       (words - lists->words) * sizeof(*lists->bits));
	lists->words = words;
}

static bool set_list(void *closure, uint32_t list)
{
	struct members *members = closure;
	struct store_terms *lists = &members->lists;
	const size_t word = list / WORD_BITS;
	const uint64_t bit = UINT64_C(1) << list % WORD_BITS;

	if (word >= lists->words)
		make_room(lists, (word + 1) * 2);
	if (members->value)
		lists->bits[word] |= bit;
	else
		lists->bits[word] &= ~bit;
	return true;
}

struct gathering {
	struct store *store;
	const struct field *field;
	struct store_rows *lists;
	struct error *err;
	enum status status;
};

static bool gather_term(void *closure, const struct store_term *term)
{
	struct gathering *gathering = closure;

	gathering->status = store_posting_lists(
		gathering->store, gathering->field, term->term,
		gathering->lists, gathering->err);
	return gathering->status == STATUS_OK;
}

static enum status gather_accepted(struct gathering *gathering,
				   const struct accept *accept)
{
	for (uint32_t term = 1; term < accept->terms; term++) {
		const struct store_term one = { .term = term };

		if (accept->yes[term] && !gather_term(gathering, &one))
			return gathering->status;
	}
	return STATUS_OK;
}

/* Which lists pass; where rows without modules do, so do lists of no term. */
static enum status find_members(struct store *store,
				const struct accept *accept,
				struct members *members, struct error *err)
{
	struct gathering gathering = { .store = store,
				       .field = accept->test->field,
				       .err = err };
	enum status status = STATUS_OK;

	members->lists.beyond = accept_has(accept, 0);
	if (members->lists.beyond) {
		gathering.lists = store_rows_create();
		status = store_walk_values(store, gathering.field, gather_term,
					   &gathering, err);
		if (!status)
			status = gathering.status;
		store_rows_walk(gathering.lists, set_list, members);
		store_rows_destroy(gathering.lists);
	}
	if (status)
		return status;
	gathering.lists = store_rows_create();
	status = gather_accepted(&gathering, accept);
	members->value = true;
	store_rows_walk(gathering.lists, set_list, members);
	store_rows_destroy(gathering.lists);
	/* List 0 is that of rows that have none. */
	members->value = members->lists.beyond;
	set_list(members, 0);
	return status;
}

static void flip(struct store_terms *lists)
{
	for (size_t i = 0; i < lists->words; i++)
		lists->bits[i] = ~lists->bits[i];
	lists->beyond = !lists->beyond;
}

enum status match_lists_modules(struct store *store,
				const struct accept *accept, struct plan *plan,
				struct error *err)
{
	struct members members = { .lists = { .bits = NULL } };
	const enum status status = find_members(store, accept, &members, err);

	if (accept->test->negated)
		flip(&members.lists);
	for (uint32_t chunk = 0; chunk < plan_chunks(plan) && !status;
	     chunk++) {
		size_t rows;

		if (plan_has_any(plan, chunk))
			store_column_keep_lists(store, chunk, &members.lists,
						plan_chunk(plan, chunk, &rows));
	}
	free(members.lists.bits);
	return status;
}
