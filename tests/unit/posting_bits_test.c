#include "signatures/store/posting_bits.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/arena.h"
#include "signatures/store/posting.h"
#include "signatures/store/roaring.h"
#include "signatures/store/schema.h"
#include "tests/unit.h"

enum {
	CHUNK = 3, /* of rows, so that the first is not 0 */
	FIRST = CHUNK * SCHEMA_POSTING_ROWS,
	ROWS = FIRST + SCHEMA_POSTING_ROWS,
	WORDS = ROWS / 64
};

static uint64_t *zeroes(void)
{
	uint64_t *bits = calloc(WORDS, sizeof(*bits));

	assert_non_null(bits);
	return bits;
}

static bool has(const uint64_t *bits, uint32_t row)
{
	return bits[row / 64] >> row % 64 & 1;
}

/* Of rows that are there, what the set has is kept; rows before it, too. */
static void check_kept(struct bytes bytes, const roaring_bitmap_t *rows,
		       uint32_t row_count)
{
	uint64_t *bits = zeroes();

	for (uint32_t row = 0; row < row_count; row += row % 90000 ? 1 : 70000)
		bits[row / 64] |= UINT64_C(1) << row % 64;
	assert_true(posting_bits_keep(bytes, FIRST, bits, row_count));
	for (uint32_t row = 0; row < row_count; row += row % 90000 ? 1 : 70000)
		if (has(bits, row) !=
		    (row < FIRST || roaring_bitmap_contains(rows, row)))
			fail_msg("kept row %u of %u", row, row_count);
	free(bits);
}

struct walked {
	const roaring_bitmap_t *rows;
	uint64_t count;
	uint32_t last;
};

static void see_row(void *closure, uint32_t row)
{
	struct walked *walked = closure;

	assert_true(roaring_bitmap_contains(walked->rows, row));
	assert_true(walked->count == 0 || row > walked->last);
	walked->last = row;
	walked->count++;
}

static void check_walked(struct bytes bytes, const roaring_bitmap_t *rows)
{
	struct walked walked = { .rows = rows };

	assert_true(posting_walk(bytes, FIRST, see_row, &walked));
	assert_int_equal(walked.count, roaring_bitmap_get_cardinality(rows));
}

/* The set goes through its bytes and comes back, up to the last row. */
static void check(roaring_bitmap_t *rows, unsigned int form, uint32_t row_count)
{
	struct arena arena;
	struct bytes bytes;
	uint64_t *bits = zeroes();

	arena_init(&arena);
	bytes = posting_encode(rows, FIRST, &arena);
	assert_int_equal(*bytes.next, form);
	check_walked(bytes, rows);
	assert_true(posting_bits_set(bytes, FIRST, bits, row_count));
	for (uint32_t row = 0; row < ROWS; row++)
		if (has(bits, row) !=
		    (row < row_count && roaring_bitmap_contains(rows, row)))
			fail_msg("row %u of %u", row, row_count);
	free(bits);
	check_kept(bytes, rows, row_count);
	arena_deinit(&arena);
	roaring_bitmap_free(rows);
}

static roaring_bitmap_t *every(uint32_t step)
{
	return roaring_bitmap_from_range(FIRST, ROWS, step);
}

static void each_form_gives_its_rows(void **state)
{
	roaring_bitmap_t *rows;

	(void)state;
	check(roaring_bitmap_of(1, FIRST), 0, ROWS);
	check(roaring_bitmap_of(1, ROWS - 1), 0, ROWS);
	check(every(50), 0, ROWS);
	/* Side by side where one container ends and another begins. */
	check(roaring_bitmap_of(4, FIRST, FIRST + 65535, FIRST + 65536,
				FIRST + 131071),
	      0, ROWS);
	check(every(3), 1, ROWS);
	check(every(1), 1, ROWS);
	/* Containers of rows beside containers of bits and of runs. */
	rows = every(2);
	roaring_bitmap_remove_range(rows, FIRST + 65536, FIRST + 2 * 65536);
	for (uint32_t row = 0; row < 4096; row++)
		roaring_bitmap_add(rows, FIRST + 65536 + row * 7);
	roaring_bitmap_add_range(rows, FIRST + 3 * 65536 + 77,
				 FIRST + 4 * 65536 - 3);
	check(rows, 1, ROWS);
	/* Fewer containers of runs than have offsets. */
	rows = roaring_bitmap_from_range(FIRST + 5, FIRST + 100000, 1);
	check(rows, 1, ROWS);
}

static void rows_beyond_the_store_are_passed_over(void **state)
{
	(void)state;
	for (uint32_t less = 0; less < 130; less += 43) {
		check(every(50), 0, ROWS - less);
		check(every(3), 1, ROWS - less);
		check(every(1), 1, ROWS - less);
	}
	check(every(1), 1, FIRST + 1);
	check(every(2), 1, FIRST);
}

/* Whatever is cut or flipped stays inside, and what is cut is noticed. */
static void pass_row(void *closure, uint32_t row)
{
	(void)closure;
	(void)row;
}

static void damaged_bytes_are_refused(void **state)
{
	roaring_bitmap_t *rows = every(3);
	struct arena arena;
	struct bytes bytes;
	uint64_t *bits = zeroes();
	uint8_t *copy;

	(void)state;
	arena_init(&arena);
	bytes = posting_encode(rows, FIRST, &arena);
	for (size_t size = 1; size < bytes_left(&bytes); size += 1 + size / 9)
		assert_false(posting_bits_set(bytes_of(bytes.next, size), FIRST,
					      bits, ROWS));
	memset(bits, 0xff, WORDS * sizeof(*bits));
	for (size_t size = 1; size < bytes_left(&bytes); size += 1 + size / 9)
		assert_false(posting_bits_keep(bytes_of(bytes.next, size),
					       FIRST, bits, ROWS));
	/* Rows of another chunk. */
	assert_false(posting_bits_set(bytes, 0, bits, ROWS));
	assert_false(posting_walk(bytes, 0, pass_row, NULL));
	copy = malloc(bytes_left(&bytes));
	assert_non_null(copy);
	for (size_t at = 0; at < 300; at++) {
		memcpy(copy, bytes.next, bytes_left(&bytes));
		copy[at] ^= (uint8_t)(1 + at * 37);
		(void)posting_bits_set(bytes_of(copy, bytes_left(&bytes)),
				       FIRST, bits, ROWS);
		(void)posting_bits_keep(bytes_of(copy, bytes_left(&bytes)),
					FIRST, bits, ROWS);
	}
	free(copy);
	free(bits);
	arena_deinit(&arena);
	roaring_bitmap_free(rows);
}

/* The sets here are made by functions that the programs do not call. */
static int load(void **state)
{
	roaring_bitmap_t *first = roaring_create();

	(void)state;
	roaring.bitmap_free(first);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_gives_its_rows),
		cmocka_unit_test(rows_beyond_the_store_are_passed_over),
		cmocka_unit_test(damaged_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
