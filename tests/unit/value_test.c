#include "query/value.h"

#include "tests/unit.h"

static struct arena arena;

static const char *number(const char *field, uint64_t value)
{
	return value_text(&arena, field_find(field),
			  (struct field_value){ .number = value });
}

static void every_kind_of_number_has_its_form(void **state)
{
	(void)state;
	assert_string_equal(number("bugcheck", 0xd1), "D1");
	assert_string_equal(number("stopcode", 0x1000008e), "1000008E");
	assert_string_equal(number("machine", 0xf00d), "000000000000f00d");
	assert_string_equal(number("bucket", 1), "0000000000000001");
	assert_string_equal(number("arg1", 0xabc), "0xabc");
	assert_string_equal(number("build", 19041), "19041");
	assert_string_equal(number("uptime", 47110000000), "4711");
	assert_string_equal(number("time", 116444736000000000),
			    "1970-01-01T00:00:00Z");
}

static void text_stays_as_it_is(void **state)
{
	(void)state;
	assert_string_equal(value_text(&arena, field_find("fault"),
				       (struct field_value){ .text = "a b" }),
			    "a b");
}

static void minidump_forms_have_names_of_their_own(void **state)
{
	(void)state;
	assert_string_equal(value_bugcheck_name(0xd1),
			    "DRIVER_IRQL_NOT_LESS_OR_EQUAL");
	assert_string_equal(value_bugcheck_name(0x1000007e),
			    "SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M");
	/* Where none is documented, that of the folded code. */
	assert_string_equal(value_bugcheck_name(0x100000d1),
			    "DRIVER_IRQL_NOT_LESS_OR_EQUAL");
	assert_null(value_bugcheck_name(0x0badf00d));
	assert_null(value_bugcheck_name(UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_number_has_its_form),
		cmocka_unit_test(text_stays_as_it_is),
		cmocka_unit_test(minidump_forms_have_names_of_their_own),
	};

	arena_init(&arena);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_deinit(&arena);
	return failed;
}
