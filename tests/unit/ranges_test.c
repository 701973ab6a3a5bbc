#include "indexer/dump/ranges.h"

#include "tests/unit/image.h"

static uint8_t raw[100];
static struct arena arena;
static struct dump_ranges ranges;

static struct bytes start_ranges(void)
{
	arena_init(&arena);
	ranges_init(&ranges, &arena, 8);
	return bytes_of(raw, sizeof(raw));
}

static void pieces_are_sorted_and_neighbours_joined(void **state)
{
	const struct bytes image = start_ranges();

	(void)state;
	assert_true(ranges_add(&ranges, image, 0x2000, 10, 20));
	assert_true(ranges_add(&ranges, image, 0x1000, 10, 0));
	assert_true(ranges_add(&ranges, image, 0x100a, 10, 10));
	assert_true(ranges_settle(&ranges));
	assert_int_equal(ranges.count, 2);
	assert_int_equal(ranges.range[0].start, 0x1000);
	assert_int_equal(ranges.range[0].size, 20);
	assert_int_equal(ranges.range[1].offset, 20);
	arena_deinit(&arena);
}

static void overlaps_come_from_the_piece_that_starts_first(void **state)
{
	const struct bytes image = start_ranges();

	(void)state;
	ranges_add(&ranges, image, 0x1005, 10, 50);
	ranges_add(&ranges, image, 0x1000, 10, 0);
	ranges_add(&ranges, image, 0x1002, 3, 90);
	assert_false(ranges_settle(&ranges));
	assert_int_equal(ranges.count, 2);
	assert_int_equal(ranges.range[0].size, 10);
	assert_int_equal(ranges.range[1].start, 0x100a);
	assert_int_equal(ranges.range[1].offset, 55);
	assert_int_equal(ranges.range[1].size, 5);
	arena_deinit(&arena);
}

static void nothing_reaches_behind_the_image(void **state)
{
	const struct bytes image = start_ranges();

	(void)state;
	assert_false(ranges_add(&ranges, image, 0, 10, 95));
	assert_false(ranges_add(&ranges, image, 0x100, 1, 100));
	assert_false(ranges_add(&ranges, image, 0x200, UINT64_MAX, UINT64_MAX));
	assert_true(ranges_add(&ranges, image, 0x300, 0, 100));
	assert_false(ranges_add(&ranges, image, UINT64_MAX - 4, 10, 0));
	assert_int_equal(ranges.count, 2);
	assert_int_equal(ranges.range[0].size, 5);
	assert_int_equal(ranges.range[1].size, 4);
	arena_deinit(&arena);
}

/* In whatever order they come: 31 has no divisor in common with 97. */
static void any_order_is_sorted(void **state)
{
	struct bytes image;

	(void)state;
	for (size_t count = 1; count <= 97; count++) {
		image = start_ranges();
		ranges_init(&ranges, &arena, count);
		for (size_t i = 0; i < 97; i++) {
			const uint64_t at = i * 31 % 97;

			if (at < count)
				ranges_add(&ranges, image, 0x1000 + 2 * at, 1,
					   at);
		}
		assert_true(ranges_settle(&ranges));
		assert_int_equal(ranges.count, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(ranges.range[i].offset, i);
		arena_deinit(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_sorted_and_neighbours_joined),
		cmocka_unit_test(
			overlaps_come_from_the_piece_that_starts_first),
		cmocka_unit_test(nothing_reaches_behind_the_image),
		cmocka_unit_test(any_order_is_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
