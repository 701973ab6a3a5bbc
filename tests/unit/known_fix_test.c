#include "query/known_fix.h"

#include "signatures/base/text.h"
#include "tests/unit.h"

static void test_builds_are_in_order_of_link_times(void **state)
{
	const uint64_t crashed = text_ticks_of_unix(0x66900000);

	(void)state;
	assert_true(known_fix_is_later(0x66800000, 0x66800001, crashed));
	assert_false(known_fix_is_later(0x66800000, 0x66800000, crashed));
	assert_false(known_fix_is_later(0x66800000, 0x667fffff, crashed));
}

static void test_what_is_linked_after_the_crash_is_a_hash(void **state)
{
	const uint64_t crashed = text_ticks_of_unix(0x66900000);

	(void)state;
	assert_true(
		known_fix_is_later(0x66800000, 0x66900000 + 86400, crashed));
	assert_false(
		known_fix_is_later(0x66800000, 0x66900000 + 86401, crashed));
	assert_false(known_fix_is_later(0x66800000, 0xffffffff, crashed));
}

static void test_what_is_linked_before_nt_4_is_a_hash(void **state)
{
	const uint64_t crashed = text_ticks_of_unix(0x66900000);

	(void)state;
	assert_true(known_fix_is_later(0x30000000, 0x30000001, crashed));
	assert_false(known_fix_is_later(0x2fffffff, 0x30000001, crashed));
	assert_false(known_fix_is_later(0, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_builds_are_in_order_of_link_times),
		cmocka_unit_test(test_what_is_linked_after_the_crash_is_a_hash),
		cmocka_unit_test(test_what_is_linked_before_nt_4_is_a_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
