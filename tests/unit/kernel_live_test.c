#include "indexer/dump/kernel_live.h"

#include "tests/unit/image.h"

static struct crash a_crash(enum crash_kind kind, uint64_t code, uint64_t build)
{
	struct crash crash = { 0 };

	crash.image.kind = kind;
	crash.bugcheck.code = CRASH_NUMBER(code);
	for (size_t i = 0; i < 4; i++)
		crash.bugcheck.args[i] = CRASH_NUMBER(code);
	crash.machine.os_build = CRASH_NUMBER(build);
	return crash;
}

static void the_attribute_decides(void **state)
{
	const struct crash crash = a_crash(CRASH_KERNEL_TRIAGE, 0x124, 19041);

	(void)state;
	assert_true(kernel_live_is(&crash, 0x10));
	assert_false(kernel_live_is(&crash, 0xffffffef));
}

static void live_only_codes_decide(void **state)
{
	struct crash crash = a_crash(CRASH_KERNEL_TRIAGE, 0x161, 19041);

	(void)state;
	assert_true(kernel_live_is(&crash, 0));
	crash = a_crash(CRASH_KERNEL_BITMAP, 0xd1, 19041);
	assert_false(kernel_live_is(&crash, 0));
}

static void codes_older_than_live_dumps_need_pages(void **state)
{
	struct crash crash = a_crash(CRASH_KERNEL_TRIAGE, 0x117, 19041);

	(void)state;
	assert_false(kernel_live_is(&crash, 0));
	crash = a_crash(CRASH_KERNEL_BITMAP, 0x117, 19041);
	assert_true(kernel_live_is(&crash, 0));
	crash = a_crash(CRASH_KERNEL_SUMMARY, 0xab, 2600);
	assert_false(kernel_live_is(&crash, 0));
}

static void pages_without_a_code_are_live(void **state)
{
	struct crash crash = a_crash(CRASH_KERNEL_BITMAP, 0, 18362);

	(void)state;
	assert_true(kernel_live_is(&crash, 0));
	crash.bugcheck.args[2] = CRASH_UNKNOWN;
	assert_false(kernel_live_is(&crash, 0));
	crash = a_crash(CRASH_KERNEL_TRIAGE, 0, 18362);
	assert_false(kernel_live_is(&crash, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_attribute_decides),
		cmocka_unit_test(live_only_codes_decide),
		cmocka_unit_test(codes_older_than_live_dumps_need_pages),
		cmocka_unit_test(pages_without_a_code_are_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
