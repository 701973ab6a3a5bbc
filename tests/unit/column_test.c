#include "signatures/store/column.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signatures/store/column_form.h"
#include "tests/unit.h"

enum {
	FIELD = 2,
	OTHER = 1,
	ROWS = STORE_CHUNK_ROWS,
	ROUNDS = 60,
	HEAD = 19
};

#define NONE STORE_NO_NUMBER

/* What each test has: made and ended for it. */
static char folder[32];
static struct store *store;
static uint64_t values[ROWS];

static int open_store(void **state)
{
	struct error err;

	(void)state;
	strcpy(folder, "/tmp/column-XXXXXX");
	return !mkdtemp(folder) ||
	       store_open(folder, STORE_WRITE, &store, &err) ||
	       store_begin(store, &err);
}

static int close_store(void **state)
{
	char command[64];

	(void)state;
	store_close(store);
	snprintf(command, sizeof(command), "rm -rf %s", folder);
	return system(command);
}

static uint64_t random_of(uint64_t *seed)
{
	*seed += 0x9e3779b97f4a7c15u;

	uint64_t z = *seed;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static void fill(uint64_t (*value)(uint64_t random), uint64_t seed)
{
	for (size_t i = 0; i < ROWS; i++)
		values[i] = value(random_of(&seed));
}

/* Every third row, and nothing else. */
static void check_picks(uint64_t none)
{
	static uint64_t picked[ROWS];
	uint64_t bits[ROWS / 64] = { 0 };

	for (size_t i = 0; i < ROWS; i++)
		picked[i] = 1234;
	for (size_t i = 0; i < ROWS; i += 3)
		bits[i / 64] |= UINT64_C(1) << i % 64;
	column_pick(store, FIELD, none, OTHER, bits, ROWS, picked);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(picked[i], i % 3 ? 1234 : values[i]);
}

static void check_between(uint64_t none, uint64_t low, uint64_t high,
			  size_t step)
{
	uint64_t bits[ROWS / 64] = { 0 };

	for (size_t i = 0; i < ROWS; i += step)
		bits[i / 64] |= UINT64_C(1) << i % 64;
	column_between(store, FIELD, OTHER, low, high, bits, ROWS);
	for (size_t i = 0; i < ROWS; i++) {
		const bool is_wanted = i % step == 0 && values[i] != none &&
				       values[i] >= low && values[i] <= high;

		if ((bits[i / 64] >> i % 64 & 1) != is_wanted)
			fail_msg("row %zu: %" PRIx64 ", from %" PRIx64
				 " to %" PRIx64,
				 i, values[i], low, high);
	}
}

/* Spans whose ends are some row's, or beside it, or none. */
static void check_spans(uint64_t none)
{
	static const size_t rows[] = { 0, 77, 4000, ROWS - 1 };

	for (size_t i = 0; i < 4; i++) {
		const uint64_t from = values[rows[i]];
		const uint64_t to = values[rows[(i + 1) % 4]];

		check_between(none, from, from, 1);
		check_between(none, from, from, 9);
		check_between(none, from, UINT64_MAX, 1);
		check_between(none, none == 0, from, 1);
		check_between(none, from < to ? from + 1 : to - 1,
			      from < to ? to : from, 1);
		check_between(none, from, from + 255, 2);
		check_between(none, from & ~UINT64_C(0xffff),
			      from | UINT64_C(0xffff), 1);
	}
}

static void check_equal(uint64_t term)
{
	uint64_t bits[COLUMN_WORDS];

	column_equal(store, FIELD, OTHER, (uint32_t)term, bits);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(bits[i / 64] >> i % 64 & 1, values[i] == term);
}

/* The chunk reads as it was written. */
static void check_written(uint64_t none)
{
	static uint64_t read[ROWS];
	static uint32_t terms[ROWS];

	column_read(store, FIELD, none, OTHER, read);
	assert_memory_equal(read, values, sizeof(values));
	for (size_t i = 0; i < ROWS; i += 501)
		assert_int_equal(column_at(store, FIELD, none, OTHER, i),
				 values[i]);
	check_picks(none);
	check_spans(none);
	if (none)
		return;
	column_read_terms(store, FIELD, OTHER, terms);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(terms[i], values[i]);
	check_equal(values[0]);
	check_equal(values[ROWS - 1]);
	check_equal(0);
}

static size_t bytes_of_chunk(void)
{
	struct btree_key key = btree_key();
	struct bytes in = bytes_absent();

	btree_key_u8(&key, FIELD);
	btree_key_u32(&key, OTHER);
	btree_get(store, SCHEMA_COLUMN, &key, &in);
	return bytes_left(&in);
}

/* Bytes of the chunk. */
static size_t size_of(uint64_t none)
{
	struct store_range range;

	column_write(store, FIELD, none, OTHER, values);
	check_written(none);
	if (!bytes_of_chunk()) {
		assert_false(column_range(store, FIELD, OTHER, &range));
		return 0;
	}
	assert_true(column_range(store, FIELD, OTHER, &range));
	for (size_t i = 0; i < ROWS; i++) {
		if (values[i] != none)
			assert_in_range(values[i], range.least, range.most);
		assert_true(values[i] != none || i >= range.with);
	}
	return bytes_of_chunk();
}

/* As it is written today, as it was before, and renewed. */
static size_t size_as(uint64_t none)
{
	const size_t size = size_of(none);

	store->has_split = false;
	assert_in_range(size, 0, size_of(none));
	store->has_split = true;
	column_write_again(store);
	check_written(none);
	assert_int_equal(bytes_of_chunk(), size);
	column_write_again(store);
	assert_int_equal(bytes_of_chunk(), size);
	return size;
}

static uint64_t a_time(uint64_t random)
{
	return 133600000000000000 + random % 864000000000;
}

static uint64_t a_night(uint64_t random)
{
	return 133600000000000000 + random % 200 * 864000012345;
}

static uint64_t an_argument(uint64_t random)
{
	return random % 3 ? 0xffff800000000000u | random >> 20 : random % 64;
}

static uint64_t anything(uint64_t random)
{
	static const uint64_t odd[] = { 0,
					1,
					NONE,
					NONE - 1,
					UINT64_C(1) << 63,
					(UINT64_C(1) << 63) - 1,
					(UINT64_C(1) << 63) + 1,
					UINT64_C(1) << 56 };

	return random % 5 ? odd[random % 8] : random >> random % 64;
}

static uint64_t few(uint64_t random)
{
	static const uint64_t odd[] = { NONE, UINT64_C(1) << 63, NONE - 1, 7 };

	return odd[random % 4];
}

static uint64_t nothing(uint64_t random)
{
	(void)random;
	return NONE;
}

static void numbers_take_the_bytes_they_need(void **state)
{
	(void)state;
	fill(a_time, 1);
	assert_int_equal(size_as(NONE), HEAD + 5 * ROWS);
	fill(a_night, 2);
	assert_int_equal(size_as(NONE), HEAD + 1 + 200 * 8 + ROWS);
	fill(an_argument, 3);
	assert_int_equal(size_as(NONE), HEAD + 6 * ROWS);
	fill(nothing, 4);
	assert_int_equal(size_as(NONE), 0);
	for (size_t i = 0; i < ROWS; i++)
		values[i] = 5;
	assert_int_equal(size_as(NONE), HEAD);
}

/* Terms are scanned as they lie: they have one form. */
static void terms_stay_plain(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS; i++)
		values[i] = 1 + i % 3 * 100000;
	assert_int_equal(size_as(0), HEAD + 3 * ROWS);
}

static bool is_told(void)
{
	struct btree_key key = btree_key();
	struct bytes in = bytes_absent();

	btree_key_u8(&key, FIELD);
	btree_key_u32(&key, OTHER);
	btree_get(store, SCHEMA_COLUMN, &key, &in);
	bytes_skip(&in, 17);
	return bytes_u16(&in) & COLUMN_TOLD;
}

/* Numbers that small ones may be taken for: addresses, and one more. */
static void small_numbers_are_told_from_large_ones(void **state)
{
	(void)state;
	for (size_t other = 0; other < 2; other++) {
		for (size_t i = 0; i < ROWS; i++)
			values[i] =
				i % 3 ? 0xffff800000000000 + i * 16 : i % 64;
		values[5] = NONE;
		if (other)
			values[6] = 0x10000 + 21;
		(void)size_as(NONE);
		assert_int_equal(is_told(), !other);
		for (uint64_t number = 0; number < 200; number++)
			check_between(NONE, number, number, 1);
		for (uint64_t number = 0; number < 50; number++)
			check_between(NONE, 0x10000 + number, 0x10000 + number,
				      1);
	}
}

/* So many values, a row without, and the last rows: what is narrow is padded.
 */
static void few_values_take_less_than_a_byte(void **state)
{
	static const struct {
		uint64_t values;
		size_t eighths; /* bytes of eight rows */
	} counts[] = { { 1, 2 }, { 2, 2 },  { 3, 2 },
		       { 4, 4 }, { 15, 4 }, { 16, 8 } };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		for (size_t rows = ROWS - 70; rows <= ROWS; rows += 35) {
			const size_t padded = counts[i].eighths < 8
						      ? (rows + 63) / 64 * 64
						      : rows;

			fill(anything, i + rows);
			for (size_t row = 0; row < ROWS; row++)
				values[row] =
					row < rows
						? 70 + values[row] % 97 %
								  counts[i]
									  .values
						: 0;
			values[5] = 0;
			values[rows - 1] = 70;
			for (size_t n = 0; n < counts[i].values; n++)
				values[100 + n] = 70 + n;
			assert_int_equal(size_as(0),
					 HEAD + padded * counts[i].eighths / 8);
		}
}

/* Terms of two bytes, three and four, some rows without and the last. */
static void terms_are_found_at_each_width(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++) {
		const uint64_t most = seed % 3 == 0   ? 300
				      : seed % 3 == 1 ? 70000
						      : UINT32_MAX;

		fill(anything, seed);
		for (size_t i = 0; i < ROWS; i++)
			values[i] %= most;
		for (size_t i = ROWS - 100 * seed; seed % 2 && i < ROWS; i++)
			values[i] = 0;
		for (size_t i = 0; seed % 4 == 0 && i < ROWS; i++)
			values[i]++;
		(void)size_as(0);
	}
}

static void whatever_is_written_is_read(void **state)
{
	uint64_t (*const kinds[])(uint64_t) = { a_time, a_night, an_argument,
						anything, few };

	(void)state;
	for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
		const size_t rows = random_of(&(uint64_t){ seed }) % ROWS;

		fill(kinds[seed % 5], seed);
		for (size_t i = rows; seed % 2 && i < ROWS; i++)
			values[i] = NONE;
		for (size_t i = 0; seed % 3 == 0 && i < ROWS; i += 7)
			values[i] = NONE;
		(void)size_as(NONE);
	}
}

#define WITH_STORE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, open_store, close_store)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STORE(numbers_take_the_bytes_they_need),
		WITH_STORE(terms_stay_plain),
		WITH_STORE(small_numbers_are_told_from_large_ones),
		WITH_STORE(few_values_take_less_than_a_byte),
		WITH_STORE(terms_are_found_at_each_width),
		WITH_STORE(whatever_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
