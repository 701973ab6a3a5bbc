#include "signatures/knowledge/bugcheck.h"

#include "tests/unit.h"

static void codes_are_found_at_both_ends_and_between(void **state)
{
	static const struct {
		uint32_t code;
		const char *name;
	} rows[] = {
		{ 0x1, "APC_INDEX_MISMATCH" },
		{ 0xd1, "DRIVER_IRQL_NOT_LESS_OR_EQUAL" },
		{ 0x133, "DPC_WATCHDOG_VIOLATION" },
		{ 0xc000021a, "WINLOGON_FATAL_ERROR" },
		{ 0x4000008a, "THREAD_TERMINATE_HELD_MUTEX" },
		{ 0xdeaddead, "MANUALLY_INITIATED_CRASH1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bugcheck *row = bugcheck_find(rows[i].code);

		assert_non_null(row);
		assert_string_equal(row->name, rows[i].name);
	}
	assert_null(bugcheck_find(0));
	assert_null(bugcheck_find(0x1000007e));
	assert_null(bugcheck_find(UINT32_MAX));
}

static void parameters_have_roles(void **state)
{
	const struct bugcheck *row = bugcheck_find(0xa);

	(void)state;
	assert_string_equal(row->class, "irql");
	assert_int_equal(row->role[0], ROLE_BAD_ADDRESS);
	assert_int_equal(row->role[1], ROLE_IRQL);
	assert_int_equal(row->role[2], ROLE_ACCESS_TYPE);
	assert_int_equal(row->role[3], ROLE_IP);
	assert_int_equal(bugcheck_find(0x7e)->role[3], ROLE_CONTEXT_RECORD);
}

static void names_are_found_in_any_case_and_by_second_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t code;
	} rows[] = {
		{ "DRIVER_IRQL_NOT_LESS_OR_EQUAL", 0xd1 },
		{ "driver_irql_not_less_or_equal", 0xd1 },
		{ "KERNEL_MODE_EXCEPTION_NOT_HANDLED", 0x8e },
		{ "KERNEL_MODE_EXCEPTION_NOT_HANDLED_M", 0x8e },
		{ "STATUS_SYSTEM_PROCESS_TERMINATED", 0xc000021a },
		{ "VIDEO_TDR_ERROR", 0x116 },
		{ "VIDEO_TDR_FAILURE", 0x116 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct bugcheck *row = bugcheck_find_name(rows[i].name);

		assert_non_null(row);
		assert_int_equal(row->code, rows[i].code);
	}
	assert_null(bugcheck_find_name(""));
	assert_null(bugcheck_find_name("D1"));
}

static void the_walk_visits_every_row_in_order(void **state)
{
	const struct bugcheck *row = bugcheck_walk(NULL);
	uint32_t last = 0;
	size_t count = 0;

	(void)state;
	for (; row; row = bugcheck_walk(row)) {
		assert_true(row->code > last);
		assert_ptr_equal(bugcheck_find(row->code), row);
		assert_string_equal(bugcheck_find_name(row->name)->name,
				    row->name);
		last = row->code;
		count++;
	}
	assert_in_range(count, 500, 1000);
	assert_int_equal(last, 0xdeaddead);
}

static void only_the_minidump_bit_is_folded(void **state)
{
	static const struct {
		uint32_t raw, folded;
		bool minidump_form;
	} rows[] = {
		{ 0x1000007e, 0x7e, true },
		{ 0x100000d1, 0xd1, true },
		{ 0x7e, 0x7e, false },
		{ 0xc000021a, 0xc000021a, false },
		{ 0x4000008a, 0x4000008a, false },
		{ 0xdeaddead, 0xdeaddead, false },
		{ 0x5454414d, 0x5454414d, false },
		{ 0, 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool minidump_form = !rows[i].minidump_form;

		assert_int_equal(bugcheck_fold(rows[i].raw, &minidump_form),
				 rows[i].folded);
		assert_int_equal(minidump_form, rows[i].minidump_form);
	}
}

static void few_minidump_forms_have_a_name_of_their_own(void **state)
{
	(void)state;
	assert_string_equal(bugcheck_minidump_name(0x1000008e),
			    "KERNEL_MODE_EXCEPTION_NOT_HANDLED_M");
	assert_string_equal(bugcheck_minidump_name(0x100000ea),
			    "THREAD_STUCK_IN_DEVICE_DRIVER_M");
	assert_null(bugcheck_minidump_name(0x8e));
	assert_null(bugcheck_minidump_name(0x100000d1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_found_at_both_ends_and_between),
		cmocka_unit_test(parameters_have_roles),
		cmocka_unit_test(
			names_are_found_in_any_case_and_by_second_names),
		cmocka_unit_test(the_walk_visits_every_row_in_order),
		cmocka_unit_test(only_the_minidump_bit_is_folded),
		cmocka_unit_test(few_minidump_forms_have_a_name_of_their_own),
	};

	return cmocka_run_group_tests_name("bugcheck", tests, NULL, NULL);
}
