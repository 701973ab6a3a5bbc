#include "signatures/base/bytes.h"

#include "tests/unit.h"

static void numbers_are_little_endian(void **state)
{
	struct bytes in = bytes_of("\x01\x02\x03\x04\x05\x06\x07", 7);

	(void)state;
	assert_int_equal(bytes_u8(&in), 0x01);
	assert_int_equal(bytes_u16(&in), 0x0302);
	assert_int_equal(bytes_u32(&in), 0x07060504);
	assert_false(in.failed);
}

static void a_failed_cursor_stays_failed(void **state)
{
	struct bytes in = bytes_of("\xff\xff\xff", 3);
	struct error err;

	(void)state;
	assert_int_equal(bytes_u32(&in), 0);
	assert_int_equal(bytes_u8(&in), 0);
	assert_int_equal(bytes_check(&in, "three", &err), STATUS_TRUNCATED);
	assert_string_equal(err.text, "three: cut short at byte 0");
}

static void a_part_never_leaves_the_whole(void **state)
{
	struct bytes all = bytes_of("abcdef", 6);

	(void)state;
	assert_false(bytes_part(all, 6, 0).failed);
	assert_true(bytes_part(all, 6, 1).failed);
	assert_true(bytes_part(all, 2, UINT64_MAX).failed);
	assert_true(bytes_part(all, UINT64_MAX, 2).failed);
	assert_true(bytes_part(bytes_absent(), 0, 0).failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_little_endian),
		cmocka_unit_test(a_failed_cursor_stays_failed),
		cmocka_unit_test(a_part_never_leaves_the_whole),
	};

	return cmocka_run_group_tests_name("bytes", tests, NULL, NULL);
}
