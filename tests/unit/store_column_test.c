#include "tests/unit/made_store.h"

#include <string.h>

#include "signatures/store/column.h"
#include "signatures/store/state.h"

static struct made_store made;

static bool has(const uint64_t *bits, uint32_t row)
{
	return bits[row / 64] >> row % 64 & 1;
}

/* Rows by which some of few and some of most are asked for. */
static void choose(uint64_t bits[COLUMN_WORDS], uint32_t step)
{
	memset(bits, 0, COLUMN_WORDS * sizeof(*bits));
	for (uint32_t row = 0; row < made.count; row += step)
		bits[row / 64] |= UINT64_C(1) << row % 64;
}

static void check_picked(const struct field *field, uint32_t step)
{
	static uint64_t numbers[STORE_CHUNK_ROWS];
	uint64_t bits[COLUMN_WORDS];
	struct store_column column;

	choose(bits, step);
	if (!store_column_read(made.store, field, 0, &column))
		fail_msg("%s: no chunk", field->name);
	for (uint32_t row = 0; row < made.count; row++)
		numbers[row] =
			column.terms ? column.terms[row] : column.numbers[row];
	assert_true(store_column_pick(made.store, field, 0, bits, &column));
	assert_int_equal(column.count, made.count);
	for (uint32_t row = 0; row < made.count; row++)
		if (has(bits, row) &&
		    numbers[row] != (column.terms ? column.terms[row]
						  : column.numbers[row]))
			fail_msg("%s: row %u, step %u", field->name, row, step);
	assert_false(store_column_pick(made.store, field, 1, bits, &column));
}

static void what_is_picked_is_what_is_read(void **state)
{
	(void)state;
	for (const struct field *field = field_table; field->name; field++) {
		if (field->index != FIELD_COLUMN && field->index != FIELD_RAW)
			continue;
		for (uint32_t step = 1; step < 60; step += 7)
			check_picked(field, step);
		/* Of few rows each is read alone. */
		for (uint32_t few = 1; few <= 5; few++)
			check_picked(field, made.count / few + 1);
	}
}

/* Of all rows, of some and of so few that each is looked at alone. */
static void check_between(const struct field *field, const uint64_t *numbers,
			  uint64_t low, uint64_t high)
{
	static const uint32_t steps[] = { 1, 50, MADE_CRASHES / 2 + 1 };
	uint64_t bits[COLUMN_WORDS];

	for (size_t i = 0; i < 3; i++) {
		choose(bits, steps[i]);
		store_column_between(made.store, field, 0, low, high, bits);
		for (uint32_t row = 0; row < made.count; row++)
			assert_int_equal(has(bits, row),
					 row % steps[i] == 0 &&
						 numbers[row] !=
							 STORE_NO_NUMBER &&
						 numbers[row] >= low &&
						 numbers[row] <= high);
	}
}

static void what_lies_between_is_what_is_read_so(void **state)
{
	static uint64_t numbers[STORE_CHUNK_ROWS];
	struct store_column column;

	(void)state;
	for (const struct field *field = field_table; field->name; field++) {
		if (field->index != FIELD_RAW)
			continue;
		assert_true(store_column_read(made.store, field, 0, &column));
		memcpy(numbers, column.numbers,
		       column.count * sizeof(*numbers));
		for (uint32_t row = 0; row < made.count; row += 29) {
			const uint64_t other = numbers[made.count - 1 - row];

			check_between(field, numbers, numbers[row],
				      numbers[row]);
			check_between(field, numbers, numbers[row], other);
			check_between(field, numbers, 0, other);
		}
	}
}

/* Every third term, up to a word that some columns reach beyond. */
static struct store_terms thirds(bool beyond)
{
	static uint64_t bits[] = { UINT64_C(0x9249249249249249),
				   UINT64_C(0x4924924924924924) };

	return (struct store_terms){ bits, 2, beyond, 0 };
}

static bool is_third(uint32_t term, bool beyond)
{
	return term < 128 ? term % 3 == 0 : beyond;
}

static void check_kept(const uint32_t *terms, uint32_t rows, uint32_t step,
		       bool beyond, const uint64_t *bits)
{
	for (uint32_t row = 0; row < rows; row++)
		if (has(bits, row) !=
		    (row % step == 0 && is_third(terms[row], beyond)))
			fail_msg("row %u with %u, step %u", row, terms[row],
				 step);
}

static void what_is_kept_is_what_is_read(void **state)
{
	const struct store_terms terms[] = { thirds(false), thirds(true) };
	uint64_t bits[COLUMN_WORDS];
	struct store_column column;

	(void)state;
	for (const struct field *field = field_table; field->name; field++) {
		if (field->index != FIELD_COLUMN)
			continue;
		assert_true(store_column_read(made.store, field, 0, &column));
		for (uint32_t step = 1; step < 60; step += 7)
			for (size_t i = 0; i < 2; i++) {
				choose(bits, step);
				store_column_keep(made.store, field, 0,
						  &terms[i], bits);
				check_kept(column.terms, made.count, step, i,
					   bits);
			}
	}
	assert_true(store_column_lists(made.store, 0, &column));
	choose(bits, 2);
	store_column_keep_lists(made.store, 0, &terms[1], bits);
	check_kept(column.terms, made.count, 2, true, bits);
}

/* Of all rows, of some and of so few that each is looked at alone. */
static void check_only(const struct field *field, const uint32_t *terms,
		       uint32_t term, bool is_not)
{
	static const uint32_t steps[] = { 1, 50, MADE_CRASHES / 2 + 1 };
	uint64_t one = UINT64_C(1) << term;
	struct store_terms wanted = { &one, 1, is_not, term };
	uint64_t bits[COLUMN_WORDS];

	if (is_not)
		one = ~one;
	for (size_t i = 0; i < 3; i++) {
		choose(bits, steps[i]);
		store_column_keep(made.store, field, 0, &wanted, bits);
		for (uint32_t row = 0; row < made.count; row++)
			assert_int_equal(has(bits, row),
					 row % steps[i] == 0 &&
						 (terms[row] == term) !=
							 is_not);
	}
	store_column_equal(made.store, field, 0, term, bits);
	for (uint32_t row = 0; row < made.count; row++)
		assert_int_equal(has(bits, row), terms[row] == term);
}

static void one_term_is_kept_as_it_is_read(void **state)
{
	static uint32_t terms[STORE_CHUNK_ROWS];
	struct store_column column;

	(void)state;
	for (const struct field *field = field_table; field->name; field++) {
		if (field->index != FIELD_COLUMN)
			continue;
		assert_true(store_column_read(made.store, field, 0, &column));
		memcpy(terms, column.terms, column.count * sizeof(*terms));
		for (uint32_t term = 0; term < 8; term++) {
			check_only(field, terms, term, false);
			check_only(field, terms, term, true);
		}
	}
}

static void a_range_is_as_narrow_as_it_can_be(void **state)
{
	(void)state;
	for (const struct field *field = field_table; field->name; field++) {
		struct store_column column;
		struct store_range range;
		uint64_t least = UINT64_MAX, most = 0;
		uint32_t with = 0;

		if (field->index != FIELD_RAW)
			continue;
		assert_true(store_column_read(made.store, field, 0, &column));
		for (uint32_t row = 0; row < made.count; row++) {
			const uint64_t number = column.numbers[row];

			if (number == STORE_NO_NUMBER)
				continue;
			with++;
			least = number < least ? number : least;
			most = number > most ? number : most;
		}
		assert_int_equal(
			store_column_range(made.store, field, 0, &range),
			with != 0);
		if (!with)
			continue;
		assert_int_equal(range.least, least);
		assert_int_equal(range.most, most);
		assert_int_equal(range.with, with == made.count ? with : 0);
	}
}

/* As small as those that thirds() has bits for, and larger ones. */
static void turn_to_terms(uint64_t *values)
{
	for (size_t i = 0; i < STORE_CHUNK_ROWS; i++)
		values[i] = values[i] == STORE_NO_NUMBER
				    ? 0
				    : (uint32_t)(values[i] - 900);
}

/* What of a chunk is kept, and what is read of it, are one. */
static void check_chunk_kept(struct store *store)
{
	static uint32_t terms[STORE_CHUNK_ROWS];
	uint64_t bits[COLUMN_WORDS];

	column_read_terms(store, 2, 0, terms);
	for (size_t i = 0; i < 2; i++)
		for (uint32_t step = 1; step < 40; step += 19) {
			const struct store_terms wanted = thirds(i);

			memset(bits, 0, sizeof(bits));
			for (uint32_t row = 0; row < STORE_CHUNK_ROWS;
			     row += step)
				bits[row / 64] |= UINT64_C(1) << row % 64;
			column_keep(store, 2, 0, &wanted, bits,
				    STORE_CHUNK_ROWS);
			check_kept(terms, STORE_CHUNK_ROWS, step, i, bits);
		}
}

/* From one row to all of them, none missing and some, at each width. */
static void a_chunk_comes_back_as_it_was_written(void **state)
{
	static uint64_t values[STORE_CHUNK_ROWS], again[STORE_CHUNK_ROWS];
	static const size_t counts[] = { 1, 7, 8, 9, 4000, STORE_CHUNK_ROWS };
	uint64_t bits[COLUMN_WORDS];
	struct store_range range;
	struct store *store;
	struct error err;
	char folder[] = "/tmp/columns-XXXXXX";
	char command[64];

	(void)state;
	memset(bits, 0xff, sizeof(bits));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(store_open(folder, STORE_WRITE, &store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	for (unsigned int wide = 0; wide < 64; wide += 3)
		for (size_t n = 0; n < 6; n++)
			for (size_t gap = 0; gap < 2; gap++) {
				const uint64_t last = (UINT64_C(1) << wide) - 1;
				size_t rows = 0;

				for (size_t i = 0; i < STORE_CHUNK_ROWS; i++) {
					values[i] = 1000 + i * 77 % (last + 1);
					if (i >= counts[n] ||
					    (gap && i % 5 == 1))
						values[i] = STORE_NO_NUMBER;
					else
						rows = i + 1;
				}
				column_write(store, 1, STORE_NO_NUMBER, 0,
					     values);
				column_read(store, 1, STORE_NO_NUMBER, 0,
					    again);
				assert_memory_equal(values, again,
						    sizeof(values));
				memset(again, 0, sizeof(again));
				column_pick(store, 1, STORE_NO_NUMBER, 0, bits,
					    STORE_CHUNK_ROWS, again);
				assert_memory_equal(values, again,
						    sizeof(values));
				for (size_t i = 0; i < STORE_CHUNK_ROWS;
				     i = i * 2 + 1)
					assert_true(values[i] ==
						    column_at(store, 1,
							      STORE_NO_NUMBER,
							      0, i));
				assert_true(column_range(store, 1, 0, &range));
				assert_int_equal(range.with,
						 gap && rows > 1 ? 0 : rows);
				turn_to_terms(values);
				column_write(store, 2, 0, 0, values);
				check_chunk_kept(store);
			}
	store_end(store);
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
}

/* Opens it again, in a transaction. */
static void turn(struct made_store *other, enum store_mode mode)
{
	struct error err;

	store_close(other->store);
	assert_int_equal(store_open(other->folder, mode, &other->store, &err),
			 STATUS_OK);
	assert_int_equal(store_begin(other->store, &err), STATUS_OK);
}

/* Rows as many as three, as some and as all are asked for. */
static void check_unknown(struct made_store *other, const struct field *field,
			  uint32_t step)
{
	const uint32_t last = store_column_last_term(other->store, field);
	uint64_t bits[COLUMN_WORDS];
	struct store_column column;

	choose(bits, step);
	assert_true(store_column_pick(other->store, field, 0, bits, &column));
	for (uint32_t row = 0; row < other->count; row += step) {
		assert_int_equal(column.terms[row], row % 2 ? 0 : last);
	}
	assert_true(store_column_read(other->store, field, 0, &column));
	assert_int_equal(column.terms[0], last);
	assert_int_equal(column.terms[1], 0);
}

static void a_term_that_the_store_does_not_know_is_none(void **state)
{
	static uint64_t values[STORE_CHUNK_ROWS];
	const struct field *field = field_find("machine");
	struct made_store other;
	struct error err;
	uint32_t last;

	(void)state;
	made_store_create(&other);
	turn(&other, STORE_WRITE);
	last = store_column_last_term(other.store, field);
	for (uint32_t row = 0; row < other.count; row++)
		values[row] = row % 2 ? last + row : last;
	column_write(other.store, field->number, 0, 0, values);
	assert_int_equal(store_commit(other.store, &err), STATUS_OK);
	turn(&other, STORE_READ);
	check_unknown(&other, field, 1);
	check_unknown(&other, field, 9);
	check_unknown(&other, field, other.count / 3 | 1);
	made_store_destroy(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_picked_is_what_is_read),
		cmocka_unit_test(what_lies_between_is_what_is_read_so),
		cmocka_unit_test(what_is_kept_is_what_is_read),
		cmocka_unit_test(one_term_is_kept_as_it_is_read),
		cmocka_unit_test(a_range_is_as_narrow_as_it_can_be),
		cmocka_unit_test(a_chunk_comes_back_as_it_was_written),
		cmocka_unit_test(a_term_that_the_store_does_not_know_is_none),
	};

	made_store_create(&made);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	made_store_destroy(&made);
	return failed;
}
