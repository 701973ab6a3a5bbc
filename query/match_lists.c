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

struct gathering {
	struct store *store;
	const struct field *field;
	struct store_terms *lists;
	struct error *err;
	enum status status;
};

static bool gather_term(void *closure, const struct store_term *term)
{
	struct gathering *gathering = closure;

	gathering->status = store_lists_having(
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

static enum status gather_any(struct gathering *gathering)
{
	const enum status walked =
		store_walk_values(gathering->store, gathering->field,
				  gather_term, gathering, gathering->err);

	return walked ? walked : gathering->status;
}

/*
 * Clear the lists that fail the test.  Where rows without modules pass, which
 * are those of list 0, so do lists of no term.
 */
static void narrow(struct store_terms *lists, const struct accept *accept,
		   const struct store_terms *having,
		   const struct store_terms *any)
{
	const uint64_t absent = accept_has(accept, 0) ? UINT64_MAX : 0;
	const uint64_t flip = accept->test->negated ? UINT64_MAX : 0;

	store_lists_grow(lists, having->words);
	store_lists_grow(lists, any->words + 1);
	for (size_t i = 0; i < lists->words; i++) {
		uint64_t word = store_terms_word(having, i) |
				(~store_terms_word(any, i) & absent);

		if (i == 0)
			word = (word & ~UINT64_C(1)) | (absent & 1);
		lists->bits[i] &= word ^ flip;
	}
	lists->beyond &= (absent ^ flip) != 0;
}

static enum status narrow_by(struct store *store, const struct accept *accept,
			     struct store_terms *lists, struct error *err)
{
	struct store_terms having = { .beyond = false };
	struct store_terms any = { .beyond = false };
	struct gathering gathering = { .store = store,
				       .field = accept->test->field,
				       .lists = &having,
				       .err = err };
	enum status status = gather_accepted(&gathering, accept);

	gathering.lists = &any;
	if (!status && accept_has(accept, 0))
		status = gather_any(&gathering);
	if (!status)
		narrow(lists, accept, &having, &any);
	free(having.bits);
	free(any.bits);
	return status;
}

enum status match_lists_modules(struct store *store,
				const struct accept *accepts, size_t count,
				struct plan *plan, struct error *err)
{
	struct store_terms lists = { .beyond = true };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < count && !status; i++)
		status = narrow_by(store, &accepts[i], &lists, err);
	for (uint32_t chunk = 0; chunk < plan_chunks(plan) && !status;
	     chunk++) {
		size_t rows;

		if (plan_has_any(plan, chunk))
			store_column_keep_lists(store, chunk, &lists,
						plan_chunk(plan, chunk, &rows));
	}
	free(lists.bits);
	return status;
}
