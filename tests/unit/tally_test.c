#include "indexer/ingest/tally.h"

#include "tests/unit.h"

static void the_empty_run_says_indexed_alone(void **state)
{
	const struct tally tally = { 0 };
	char text[TALLY_TEXT_BYTES];

	(void)state;
	assert_string_equal(tally_text(&tally, text), "0 indexed");
}

static void every_count_has_its_place(void **state)
{
	struct tally tally = { .indexed = 812, .duplicate = 40 };
	char text[TALLY_TEXT_BYTES];

	(void)state;
	tally.same_crash = 2;
	tally.refused[STATUS_UNSUPPORTED] = 1;
	tally.refused[STATUS_TRUNCATED] = 2;
	tally.refused[STATUS_CORRUPT] = 3;
	tally.refused[STATUS_ENCRYPTED] = 4;
	tally.refused[STATUS_LIMIT] = 5;
	tally.refused[STATUS_PARSER] = 6;
	assert_int_equal(tally_refused(&tally), 21);
	assert_string_equal(tally_text(&tally, text),
			    "812 indexed, 40 duplicate, 2 same crash, "
			    "21 refused (truncated 2, corrupt 3, "
			    "unsupported 1, encrypted 4, limit 5, parser 6)");
}

static void reasons_that_did_not_happen_are_left_out(void **state)
{
	struct tally tally = { .indexed = 1 };
	char text[TALLY_TEXT_BYTES];

	(void)state;
	tally.refused[STATUS_LIMIT] = 1;
	assert_string_equal(tally_text(&tally, text),
			    "1 indexed, 1 refused (limit 1)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_empty_run_says_indexed_alone),
		cmocka_unit_test(every_count_has_its_place),
		cmocka_unit_test(reasons_that_did_not_happen_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
