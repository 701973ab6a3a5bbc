#include "indexer/ingest/progress.h"

#include "tests/unit.h"

static void check(struct progress progress, const char *expected)
{
	char text[PROGRESS_TEXT_BYTES];

	assert_string_equal(progress_text(&progress, text), expected);
}

static void half_way_the_rest_takes_as_long(void **state)
{
	(void)state;
	check((struct progress){ .files = 12,
				 .files_all = 31,
				 .bytes = 3100000000,
				 .bytes_all = 6200000000,
				 .dumps = 48211,
				 .refused = 5,
				 .seconds = 31 },
	      "12 of 31 files, 48211 dumps, 3.1 of 6.2 GB, 100.0 MB/s, "
	      "0:31 left, 5 refused");
}

static void at_first_nobody_knows_how_long(void **state)
{
	(void)state;
	check((struct progress){ .files_all = 1, .bytes_all = 1500 },
	      "0 of 1 files, 0 dumps, 0.0 of 1.5 kB, 0.0 kB/s");
	check((struct progress){ .bytes = 1,
				 .bytes_all = UINT64_MAX,
				 .seconds = 1 },
	      "0 of 0 files, 0 dumps, 0.0 of 18446744.1 TB, 0.0 kB/s");
}

static void what_was_known_before_is_not_speed(void **state)
{
	(void)state;
	check((struct progress){ .files = 2,
				 .files_all = 4,
				 .bytes = 5000000,
				 .bytes_all = 44000000,
				 .bytes_known = 4000000,
				 .seconds = 100 },
	      "2 of 4 files, 0 dumps, 5.0 of 44.0 MB, 10.0 kB/s, 1:05:00 left");
}

static void at_the_end_nothing_is_left(void **state)
{
	(void)state;
	check((struct progress){ .files = 1,
				 .files_all = 1,
				 .bytes = 2000,
				 .bytes_all = 2000,
				 .dumps = 1,
				 .seconds = 2 },
	      "1 of 1 files, 1 dumps, 2.0 of 2.0 kB, 1.0 kB/s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_way_the_rest_takes_as_long),
		cmocka_unit_test(at_first_nobody_knows_how_long),
		cmocka_unit_test(what_was_known_before_is_not_speed),
		cmocka_unit_test(at_the_end_nothing_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
