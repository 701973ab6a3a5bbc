#include "query/match.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"

enum {
	WORD_BITS = 64,
	CHUNK_WORDS = STORE_CHUNK_ROWS / WORD_BITS,
	JOINED_MOST = 64 /* terms of a field; of more a column is scanned */
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

/* Terms that a test accepts, a byte each; 0 stands for rows without one. */
struct accepted {
	const struct where_test *test;
	uint8_t *yes;
	size_t terms; /* of the table */
	size_t room;
	uint32_t only; /* the one accepted term, if count is 1 */
	size_t count;
};

static void accept_term(struct accepted *accepted, uint32_t term)
{
	if (term >= accepted->room) {
		const size_t room = ((size_t)term + 1) * 2;

		accepted->yes = must(realloc(accepted->yes, room));
		memset(accepted->yes + accepted->room, 0,
		       room - accepted->room);
		accepted->room = room;
	}
	if (term >= accepted->terms)
		accepted->terms = (size_t)term + 1;
	if (accepted->yes[term])
		return;
	accepted->yes[term] = 1;
	accepted->only = term;
	accepted->count++;
}

static bool take_term(void *closure, const struct store_term *term)
{
	struct accepted *accepted = closure;

	if (where_accepts(accepted->test, term->value))
		accept_term(accepted, term->term);
	return true;
}

static void look_up(struct store *store, const struct where_test *test,
		    struct accepted *accepted)
{
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < test->count; i++) {
		struct field_value value = { .number = test->values[i].low };
		struct store_term term;

		if (test->values[i].form == WHERE_ABSENT)
			continue;
		if (test->values[i].form == WHERE_EXACT)
			value.text =
				text_file_name(&arena, test->values[i].text);
		if (store_find_term(store, test->field, value, &term))
			accept_term(accepted, term.term);
	}
	arena_deinit(&arena);
}

static enum status accepted_make(struct store *store,
				 const struct where_test *test,
				 struct accepted *ret, struct error *err)
{
	struct accepted accepted = { .test = test };

	if (where_accepts_absent(test))
		accept_term(&accepted, 0);
	if (where_is_lookup(test)) {
		look_up(store, test, &accepted);
	} else if (store_walk_terms(store, test->field, take_term, &accepted,
				    err)) {
		free(accepted.yes);
		return err->status;
	}
	*ret = accepted;
	return STATUS_OK;
}

/*
 * Bytes of 0 or 1 to bits, the first byte to the lowest.  The factor moves byte
 * n of eight to bit 56 + n, and nothing else comes to lie there.
 */
static uint64_t pack(const uint8_t yes[WORD_BITS])
{
	uint64_t word = 0;

	for (unsigned i = 0; i < WORD_BITS; i += 8) {
		uint64_t eight;

		memcpy(&eight, yes + i, sizeof(eight));
		eight = le64toh(eight) * UINT64_C(0x0102040810204080);
		word |= eight >> 56 << i;
	}
	return word;
}

static uint64_t match_terms(const struct accepted *accepted,
			    const uint32_t *terms, size_t count)
{
	uint8_t yes[WORD_BITS] = { 0 };

	if (accepted->count == 1) {
		const uint32_t only = accepted->only;

		for (size_t i = 0; i < count; i++)
			yes[i] = terms[i] == only;
		return pack(yes);
	}
	for (size_t i = 0; i < count; i++)
		yes[i] = terms[i] < accepted->terms && accepted->yes[terms[i]];
	return pack(yes);
}

static uint64_t match_numbers(const struct where_test *test,
			      const uint64_t *numbers, size_t count)
{
	uint8_t yes[WORD_BITS] = { 0 };

	for (size_t j = 0; j < test->count; j++) {
		const struct where_value *value = &test->values[j];

		if (value->form == WHERE_RANGE) {
			const uint64_t low = value->low;
			const uint64_t span = value->high - low;

			for (size_t i = 0; i < count; i++)
				yes[i] |= numbers[i] - low <= span &&
					  numbers[i] != STORE_NO_NUMBER;
			continue;
		}
		for (size_t i = 0; i < count; i++) {
			const struct field_value number = {
				.number = numbers[i]
			};

			yes[i] |= numbers[i] == STORE_NO_NUMBER
					  ? where_accepts_absent(test)
					  : where_accepts(test, number);
		}
	}
	return pack(yes);
}

/* Could any number of the chunk be accepted? */
static bool is_worth_reading(struct store *store, const struct where_test *test,
			     uint32_t chunk)
{
	uint64_t least, most;

	if (where_accepts_absent(test))
		return true;
	if (!store_column_range(store, test->field, chunk, &least, &most))
		return false;
	for (size_t i = 0; i < test->count; i++) {
		const struct where_value *value = &test->values[i];

		if (value->form != WHERE_RANGE ||
		    (value->low <= most && value->high >= least))
			return true;
	}
	return false;
}

/* One term, which the store finds without spelling out the column. */
static void scan_one(struct store *store, const struct where_test *test,
		     uint32_t term, struct plan *plan)
{
	uint64_t yes[CHUNK_WORDS];

	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++) {
		size_t rows;
		uint64_t *bits = plan_chunk(plan, chunk, &rows);

		if (!plan_has_any(plan, chunk))
			continue;
		store_column_equal(store, test->field, chunk, term, yes);
		for (size_t i = 0; i * WORD_BITS < rows; i++)
			bits[i] &= test->negated ? ~yes[i] : yes[i];
	}
}

static uint64_t match(const struct where_test *test,
		      const struct accepted *accepted,
		      const struct store_column *column, size_t at)
{
	const size_t left = column->count - at;
	const size_t count = left < WORD_BITS ? left : WORD_BITS;

	return accepted ? match_terms(accepted, column->terms + at, count)
			: match_numbers(test, column->numbers + at, count);
}

static void scan_chunk(struct store *store, const struct where_test *test,
		       const struct accepted *accepted, struct plan *plan,
		       uint32_t chunk)
{
	size_t rows;
	uint64_t *bits = plan_chunk(plan, chunk, &rows);
	const uint64_t absent = where_accepts_absent(test) ? UINT64_MAX : 0;
	struct store_column column = { NULL, NULL, 0 };

	if (!plan_has_any(plan, chunk))
		return;
	if ((accepted || is_worth_reading(store, test, chunk)) &&
	    !store_column_read(store, test->field, chunk, &column))
		column.count = 0;
	for (size_t at = 0; at < rows; at += WORD_BITS) {
		uint64_t *word = &bits[at / WORD_BITS];
		uint64_t yes = absent;

		if (*word == 0)
			continue;
		if (at < column.count)
			yes = match(test, accepted, &column, at);
		*word &= test->negated ? ~yes : yes;
	}
}

/* Scan a column against the rows that are left; accepted NULL: numbers. */
static void scan(struct store *store, const struct where_test *test,
		 const struct accepted *accepted, struct plan *plan)
{
	if (accepted && accepted->count == 1 && accepted->only) {
		scan_one(store, test, accepted->only, plan);
		return;
	}
	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++)
		scan_chunk(store, test, accepted, plan, chunk);
}

static bool add_row(void *closure, uint32_t row)
{
	plan_add(closure, row);
	return true;
}

/* Rows on the posting list of one of the terms; of any, if terms is NULL. */
struct joined {
	struct store *store;
	const struct field *field;
	struct store_rows *rows;
	struct error *err;
	enum status status;
};

static bool join_term(void *closure, const struct store_term *term)
{
	struct joined *joined = closure;

	joined->status =
		store_posting_read(joined->store, joined->field, term->term,
				   joined->rows, joined->err);
	return joined->status == STATUS_OK;
}

static enum status join(struct joined *joined, const struct accepted *accepted)
{
	for (uint32_t term = 1; term < accepted->terms; term++) {
		const struct store_term one = { .term = term };

		if (accepted->yes[term] && !join_term(joined, &one))
			return joined->status;
	}
	return STATUS_OK;
}

bool match_is_listed(struct store *store, const struct where_test *test)
{
	const struct field *field = test->field;

	if (test->negated || where_accepts_absent(test))
		return false;
	if (field->index == FIELD_POSTINGS)
		return true;
	return store_posting_is_listed(store, field) &&
	       (where_is_lookup(test) ||
		store_column_last_term(store, field) <= JOINED_MOST);
}

enum status match_lists(struct store *store, const struct where_test *test,
			struct store_rows **rows, struct error *err)
{
	struct joined joined = { .store = store,
				 .field = test->field,
				 .rows = store_rows_create(),
				 .err = err };
	struct accepted accepted;

	if (accepted_make(store, test, &accepted, err)) {
		store_rows_destroy(joined.rows);
		return err->status;
	}
	if (!join(&joined, &accepted)) {
		if (*rows)
			store_rows_and(joined.rows, *rows);
		store_rows_destroy(*rows);
		*rows = joined.rows;
	} else {
		store_rows_destroy(joined.rows);
	}
	free(accepted.yes);
	return joined.status;
}

enum status match_postings(struct store *store, const struct where_test *test,
			   struct plan *plan, struct error *err)
{
	struct accepted accepted;

	if (accepted_make(store, test, &accepted, err))
		return err->status;

	struct joined joined = { .store = store,
				 .field = test->field,
				 .rows = store_rows_create(),
				 .err = err };
	struct plan with = plan_none(store);

	if (join(&joined, &accepted))
		goto out;
	store_rows_walk(joined.rows, add_row, &with);
	if (where_accepts_absent(test)) {
		/* Rows without any value are what no list has. */
		struct plan without = plan_all(store);

		if (!store_walk_terms(store, test->field, join_term, &joined,
				      err)) {
			struct plan any = plan_none(store);

			store_rows_walk(joined.rows, add_row, &any);
			plan_leave_out(&without, &any);
			plan_join(&with, &without);
			plan_deinit(&any);
		} else {
			joined.status = err->status;
		}
		plan_deinit(&without);
	}
	if (test->negated)
		plan_leave_out(plan, &with);
	else
		plan_keep(plan, &with);
out:
	store_rows_destroy(joined.rows);
	plan_deinit(&with);
	free(accepted.yes);
	return joined.status;
}

enum status match_column(struct store *store, const struct where_test *test,
			 struct plan *plan, struct error *err)
{
	struct accepted accepted;

	if (test->field->index == FIELD_RAW) {
		scan(store, test, NULL, plan);
		return STATUS_OK;
	}
	if (accepted_make(store, test, &accepted, err))
		return err->status;
	scan(store, test, &accepted, plan);
	free(accepted.yes);
	return STATUS_OK;
}
