#include "signatures/knowledge/ntstatus.h"

#include "tests/unit.h"

static void codes_have_names(void **state)
{
	(void)state;
	assert_string_equal(ntstatus_name(0), "STATUS_SUCCESS");
	assert_string_equal(ntstatus_name(0xc0000005),
			    "STATUS_ACCESS_VIOLATION");
	assert_string_equal(ntstatus_name(0x80000003), "STATUS_BREAKPOINT");
	assert_string_equal(ntstatus_name(0xc0000185),
			    "STATUS_IO_DEVICE_ERROR");
	assert_string_equal(ntstatus_name(0xe06d7363), "CPP_EXCEPTION");
	assert_null(ntstatus_name(1));
	assert_null(ntstatus_name(UINT32_MAX));
}

static void names_have_codes(void **state)
{
	uint32_t code = 7;

	(void)state;
	assert_true(ntstatus_find_name("status_in_page_error", &code));
	assert_int_equal(code, 0xc0000006);
	assert_false(ntstatus_find_name("STATUS_", &code));
	assert_int_equal(code, 0xc0000006);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_names),
		cmocka_unit_test(names_have_codes),
	};

	return cmocka_run_group_tests_name("ntstatus", tests, NULL, NULL);
}
