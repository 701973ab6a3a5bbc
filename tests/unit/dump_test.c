#include "indexer/dump/dump.h"

#include "tests/unit/image.h"

static struct image image;

static void formats_are_known_by_their_first_bytes(void **state)
{
	(void)state;
	assert_true(dump_is_claimed(bytes_of("PAGEDU64", 8)));
	assert_true(dump_is_claimed(bytes_of("PAGEDUMP", 8)));
	assert_true(dump_is_claimed(bytes_of("MDMP\x93\xa7", 6)));
	assert_true(dump_is_claimed(bytes_of("USERDU64", 8)));
	assert_false(dump_is_claimed(bytes_of("PAGEDU6", 7)));
	assert_false(dump_is_claimed(bytes_of("RDMPDUMP", 8)));
	assert_false(dump_is_claimed(bytes_of("", 0)));
}

static void what_no_format_claims_is_unsupported(void **state)
{
	struct opened *opened;

	(void)state;
	image_clear(&image);
	image_text(&image, 0, "just a text file");
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_UNSUPPORTED);
	image_close(opened);
}

static void old_process_dumps_are_refused_by_name(void **state)
{
	struct opened *opened;

	(void)state;
	image_clear(&image);
	image_text(&image, 0, "USERDUMP and more");
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_UNSUPPORTED);
	assert_non_null(strstr(opened->err.text, "pre-XP user-mode dump"));
	image_close(opened);
}

static void a_view_stays_in_one_range(void **state)
{
	struct dump_range two[] = { { 0x1000, 4, 0 }, { 0x1004, 4, 8 } };
	const struct dump_ranges ranges = { two, 2 };
	const struct dump dump = { .image = bytes_of("abcdefghijkl", 12) };
	struct bytes view = dump_view(&dump, &ranges, 0x1001, 100);

	(void)state;
	assert_int_equal(bytes_left(&view), 3);
	assert_int_equal(bytes_u8(&view), 'b');
	view = dump_view(&dump, &ranges, 0x1007, 100);
	assert_int_equal(bytes_left(&view), 1);
	assert_int_equal(bytes_u8(&view), 'l');
	assert_true(dump_view(&dump, &ranges, 0xfff, 1).failed);
	assert_true(dump_view(&dump, &ranges, 0x1008, 1).failed);
	assert_true(dump_view(&dump, &ranges, UINT64_MAX, 1).failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_known_by_their_first_bytes),
		cmocka_unit_test(what_no_format_claims_is_unsupported),
		cmocka_unit_test(old_process_dumps_are_refused_by_name),
		cmocka_unit_test(a_view_stays_in_one_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
