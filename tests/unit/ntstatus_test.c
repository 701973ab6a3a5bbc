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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_names),
	};

	return cmocka_run_group_tests_name("ntstatus", tests, NULL, NULL);
}
