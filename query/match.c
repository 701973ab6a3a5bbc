#include "query/match.h"

#include <stdlib.h>
#include <string.h>

#include "query/accept.h"
#include "query/match_lists.h"
#include "query/push.h"
#include "query/stand_in.h"
#include "signatures/base/bits.h"
#include "signatures/base/must.h"

enum {
	WORD_BITS = 64,
	RARE_ROWS = 3 /* of a chunk */
};

static bool accepts_number(const struct where_test *test, uint64_t number)
{
	const struct field_value value = { .number = number };

	return number == STORE_NO_NUMBER ? where_accepts_absent(test)
					 : where_accepts(test, value);
}

/* What the head of a chunk says of its rows. */
enum verdict {
	VERDICT_NONE,
	VERDICT_ALL,
	VERDICT_SOME, /* they have to be looked at */
};

/* Without a thought for negation. */
static enum verdict judge(struct store *store, const struct where_test *test,
			  uint32_t chunk, size_t rows)
{
	struct store_range range;
	enum verdict verdict = VERDICT_NONE;

	if (where_accepts_absent(test))
		return VERDICT_SOME;
	if (!store_column_range(store, test->field, chunk, &range))
		return VERDICT_NONE;
	for (size_t i = 0; i < test->count; i++) {
		const struct where_value *value = &test->values[i];
		const bool is_range = value->form == WHERE_RANGE;

		if (is_range && range.with >= rows &&
		    value->low <= range.least && value->high >= range.most)
			return VERDICT_ALL;
		if (!is_range ||
		    (value->low <= range.most && value->high >= range.least))
			verdict = VERDICT_SOME;
	}
	return verdict;
}

static size_t words_of(size_t rows)
{
	return (rows + WORD_BITS - 1) / WORD_BITS;
}

/* Rows pass by the first range that has them, and are not asked again. */
static void keep_ranges(struct store *store, const struct where_test *test,
			uint32_t chunk, uint64_t *bits, size_t rows)
{
	uint64_t left[STORE_CHUNK_ROWS / WORD_BITS];
	uint64_t passed[STORE_CHUNK_ROWS / WORD_BITS];
	const size_t words = words_of(rows);

	memcpy(left, bits, words * sizeof(*left));
	for (size_t i = 0; i < test->count; i++) {
		memcpy(passed, left, words * sizeof(*left));
		store_column_between(store, test->field, chunk,
				     test->values[i].low, test->values[i].high,
				     passed);
		for (size_t word = 0; word < words; word++)
			left[word] &= ~passed[word];
	}
	for (size_t word = 0; word < words; word++)
		bits[word] =
			test->negated ? left[word] : bits[word] & ~left[word];
}

/* One by one: words without any, and numbers as they are printed. */
static void scan_rows(struct store *store, const struct where_test *test,
		      uint32_t chunk, uint64_t *bits, size_t rows)
{
	struct store_column column = { NULL, NULL, 0 };

	if (!store_column_pick(store, test->field, chunk, bits, &column))
		column.count = 0;
	for (size_t at = 0; at < rows; at += WORD_BITS) {
		uint64_t *kept = &bits[at / WORD_BITS];

		for (uint64_t word = *kept; word; word &= word - 1) {
			const size_t row = at + (size_t)__builtin_ctzll(word);
			const uint64_t number = row < column.count
							? column.numbers[row]
							: STORE_NO_NUMBER;

			if (accepts_number(test, number) == test->negated)
				*kept &= ~(word & -word);
		}
	}
}

/* Is all said by the head?  Then the rows that fail are taken out. */
static bool settle_by_head(struct store *store, const struct where_test *test,
			   struct plan *plan, uint32_t chunk)
{
	size_t rows;
	uint64_t *bits = plan_chunk(plan, chunk, &rows);
	const enum verdict verdict = judge(store, test, chunk, rows);

	if (verdict == VERDICT_SOME)
		return false;
	if ((verdict == VERDICT_NONE) != test->negated)
		memset(bits, 0, words_of(rows) * sizeof(*bits));
	return true;
}

void match_heads(struct store *store, const struct where_test *test,
		 struct plan *plan)
{
	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++)
		settle_by_head(store, test, plan, chunk);
}

/*
 * Each range goes over the rows once, which of wide numbers costs as much as
 * asking of each number whether one of a few has it.
 */
static bool is_for_ranges(struct store *store, const struct where_test *test,
			  uint32_t chunk)
{
	const size_t most = 2;
	struct store_range range;
	size_t count = 0;

	if (!where_is_of_ranges(test))
		return false;
	if (test->count <= most ||
	    !store_column_range(store, test->field, chunk, &range) ||
	    range.most - range.least <= UINT32_MAX)
		return true;
	for (size_t i = 0; i < test->count; i++)
		count += test->values[i].low <= range.most &&
			 test->values[i].high >= range.least;
	return count <= most;
}

static void scan_numbers(struct store *store, const struct where_test *test,
			 struct plan *plan, uint32_t chunk)
{
	size_t rows;
	uint64_t *bits = plan_chunk(plan, chunk, &rows);

	if (settle_by_head(store, test, plan, chunk))
		return;
	if (is_for_ranges(store, test, chunk))
		keep_ranges(store, test, chunk, bits, rows);
	else
		scan_rows(store, test, chunk, bits, rows);
}

void match_numbers(struct store *store, const struct where_test *test,
		   struct plan *plan)
{
	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++)
		if (plan_has_any(plan, chunk))
			scan_numbers(store, test, plan, chunk);
}

bool match_is_rare(struct store *store, const struct where_test *test)
{
	uint64_t bits[STORE_CHUNK_ROWS / WORD_BITS];
	const uint32_t rows = store_row_count(store);

	if (test->negated || !where_is_of_ranges(test) ||
	    rows < STORE_CHUNK_ROWS)
		return false;
	memset(bits, 0xff, sizeof(bits));
	/* One that is full. */
	keep_ranges(store, test, rows / STORE_CHUNK_ROWS / 2, bits,
		    STORE_CHUNK_ROWS);
	return bits_count(bits, STORE_CHUNK_ROWS / WORD_BITS) <= RARE_ROWS;
}

static void match_terms(struct store *store, const struct accept *accept,
			struct plan *plan)
{
	const struct store_terms terms = accept_terms(accept);

	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++) {
		size_t rows;
		uint64_t *bits = plan_chunk(plan, chunk, &rows);

		if (plan_has_any(plan, chunk))
			store_column_keep(store, accept->test->field, chunk,
					  &terms, bits);
	}
	free(terms.bits);
}

static bool has_lists(struct store *store, const struct where_test *test)
{
	const struct field *field = test->field;

	if (field->index == FIELD_POSTINGS)
		return true;
	return store_posting_is_listed(store, field) &&
	       (where_is_lookup(test) ||
		store_column_last_term(store, field) <= MATCH_LISTS_MOST);
}

/* ret is what the lists are asked for. */
static bool is_listed(struct store *store, const struct where_test *test,
		      struct where_test *ret)
{
	if (test->negated || where_accepts_absent(test) ||
	    test->field->index == FIELD_MODULES || push_can(store, test))
		return false;
	*ret = *test;
	return has_lists(store, test) || stand_in_find(store, test, ret);
}

bool match_is_listed(struct store *store, const struct where_test *test)
{
	struct where_test asked;

	return is_listed(store, test, &asked);
}

/* At most so many rows pass. */
static uint64_t passing(const struct accept *accept)
{
	return accept->test->negated ? UINT64_MAX - accept->crashes
				     : accept->crashes;
}

/* The fewest rows first. */
static int by_cost(const void *left, const void *right)
{
	const uint64_t a = passing(left);
	const uint64_t b = passing(right);

	return (a > b) - (a < b);
}

/* The tests of a kind, those that few rows pass first. */
struct accepted {
	struct where_test *tests;
	struct accept *accepts;
	size_t count;
};

typedef bool is_kind(struct store *store, const struct where_test *test,
		     struct where_test *ret);

static enum status accepted_make(struct store *store, const struct where *where,
				 is_kind *is_wanted, struct accepted *ret,
				 struct error *err)
{
	struct where_test *tests =
		must(calloc(where->count + 1, sizeof(*tests)));
	struct accept *accepts =
		must(calloc(where->count + 1, sizeof(*accepts)));
	size_t count = 0;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < where->count && !status; i++) {
		if (!is_wanted(store, &where->tests[i], &tests[count]))
			continue;
		status =
			accept_make(store, &tests[count], &accepts[count], err);
		count += !status;
	}
	if (count)
		qsort(accepts, count, sizeof(*accepts), by_cost);
	*ret = (struct accepted){ tests, accepts, count };
	return status;
}

static void accepted_deinit(struct accepted *accepted)
{
	for (size_t i = 0; i < accepted->count; i++)
		accept_deinit(&accepted->accepts[i]);
	free(accepted->accepts);
	free(accepted->tests);
}

enum status match_listed(struct store *store, const struct where *where,
			 struct plan *plan, struct error *err)
{
	struct accepted listed;
	enum status status =
		accepted_make(store, where, is_listed, &listed, err);

	for (size_t i = 0; i < listed.count && !status; i++)
		status = match_lists_rows(store, &listed.accepts[i], plan, err);
	accepted_deinit(&listed);
	return status;
}

static bool is_of_column(struct store *store, const struct where_test *test,
			 struct where_test *ret)
{
	*ret = *test;
	return test->field->index == FIELD_COLUMN && !push_can(store, test) &&
	       !match_is_listed(store, test);
}

enum status match_columns(struct store *store, const struct where *where,
			  struct plan *plan, struct error *err)
{
	struct accepted columns;
	enum status status =
		accepted_make(store, where, is_of_column, &columns, err);

	for (size_t i = 0; i < columns.count && !status; i++)
		match_terms(store, &columns.accepts[i], plan);
	accepted_deinit(&columns);
	return status;
}

static bool is_of_modules(struct store *store, const struct where_test *test,
			  struct where_test *ret)
{
	*ret = *test;
	return test->field->index == FIELD_MODULES && !push_can(store, test);
}

enum status match_modules(struct store *store, const struct where *where,
			  struct plan *plan, struct error *err)
{
	struct accepted modules;
	enum status status =
		accepted_make(store, where, is_of_modules, &modules, err);

	if (!status && modules.count)
		status = match_lists_modules(store, modules.accepts,
					     modules.count, plan, err);
	accepted_deinit(&modules);
	return status;
}

enum status match_postings(struct store *store, const struct where_test *test,
			   struct plan *plan, struct error *err)
{
	struct accept accept;
	enum status status;

	if (accept_make(store, test, &accept, err))
		return err->status;
	status = match_lists_rows(store, &accept, plan, err);
	accept_deinit(&accept);
	return status;
}
