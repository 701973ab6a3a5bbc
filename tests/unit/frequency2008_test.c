#include "signatures/knowledge/frequency2008.h"

#include "signatures/knowledge/bugcheck.h"
#include "tests/unit.h"

static void the_walk_follows_the_ranks(void **state)
{
	const struct frequency2008 *row = frequency2008_walk(NULL);
	uint32_t rank = 0;
	uint64_t hits = 0;

	(void)state;
	for (; row; row = frequency2008_walk(row)) {
		assert_int_equal(row->rank, ++rank);
		hits += row->count;
	}
	assert_int_equal(rank, 259);
	assert_int_equal(hits, 27158);
}

static void codes_are_found_as_printed_then(void **state)
{
	(void)state;
	assert_int_equal(frequency2008_find(0x1000008e)->rank, 1);
	assert_int_equal(frequency2008_find(0x8e)->rank, 13);
	assert_string_equal(frequency2008_find(0x116)->name, "VIDEO_TDR_ERROR");
	assert_null(frequency2008_find(0x133));
}

static void every_code_of_then_is_documented_today(void **state)
{
	const struct frequency2008 *row = frequency2008_walk(NULL);

	(void)state;
	for (; row; row = frequency2008_walk(row)) {
		bool minidump_form;
		const uint32_t code = bugcheck_fold(row->code, &minidump_form);

		assert_non_null(bugcheck_find(code));
		assert_int_equal(bugcheck_find_name(row->name)->code, code);
		if (minidump_form)
			assert_string_equal(bugcheck_minidump_name(row->code),
					    row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_walk_follows_the_ranks),
		cmocka_unit_test(codes_are_found_as_printed_then),
		cmocka_unit_test(every_code_of_then_is_documented_today),
	};

	return cmocka_run_group_tests_name("frequency2008", tests, NULL, NULL);
}
