#include "signatures/knowledge/osprocess.h"

#include "tests/unit.h"

static void windows_own_are_known(void **state)
{
	(void)state;
	assert_true(osprocess_is_own("System"));
	assert_true(osprocess_is_own("svchost.exe"));
	assert_true(osprocess_is_own("SVCHOST.EXE"));
	assert_false(osprocess_is_own("svchost"));
	assert_false(osprocess_is_own("diary.exe"));
	assert_false(osprocess_is_own(""));
}

static void a_name_the_kernel_cut_is_known(void **state)
{
	(void)state;
	assert_true(osprocess_is_own("SearchIndexer."));
	assert_true(osprocess_is_own("SearchIndexer.e"));
	assert_false(osprocess_is_own("SearchIndexer"));
	assert_false(osprocess_is_own("SearchIndexers"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(windows_own_are_known),
		cmocka_unit_test(a_name_the_kernel_cut_is_known),
	};

	return cmocka_run_group_tests_name("osprocess", tests, NULL, NULL);
}
