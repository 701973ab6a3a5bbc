#include "indexer/dump/full.h"

#include "tests/unit/image.h"

static struct image image;

/* Runs of pages 1-2 and 5; each page begins with a letter. */
static void make_full64(void)
{
	image_header64(&image, 1);
	image_u32(&image, 0x88, 2);
	image_u64(&image, 0x90, 3);
	image_u64(&image, 0x98, 1);
	image_u64(&image, 0xa0, 2);
	image_u64(&image, 0xa8, 5);
	image_u64(&image, 0xb0, 1);
	for (size_t i = 0; i < 3; i++)
		image_u8(&image, 0x2000 + i * 0x1000, (uint8_t)('a' + i));
	image_u8(&image, 0x4fff, 'z');
}

static void pages_are_found_by_physical_address(void **state)
{
	struct opened *opened;

	(void)state;
	make_full64();
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_OK);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_FULL);
	assert_true(opened->crash.image.complete);
	assert_int_equal(opened->crash.problem_count, 0);

	const struct dump_ranges *physical = &opened->dump.physical;

	assert_int_equal(image_byte(opened, physical, 0x1000), 'a');
	assert_int_equal(image_byte(opened, physical, 0x2000), 'b');
	assert_int_equal(image_byte(opened, physical, 0x5000), 'c');
	assert_int_equal(image_byte(opened, physical, 0x5fff), 'z');
	assert_int_equal(image_byte(opened, physical, 0x0), -1);
	assert_int_equal(image_byte(opened, physical, 0x3000), -1);
	assert_int_equal(image_byte(opened, physical, 0x6000), -1);
	image_close(opened);
}

static void a_32_bit_run_list_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	image_header32(&image, 1);
	image_u32(&image, 0x64, 1);
	image_u32(&image, 0x68, 1);
	image_u32(&image, 0x6c, 7);
	image_u32(&image, 0x70, 1);
	image_u8(&image, 0x1000, 'a');
	image_u8(&image, 0x1fff, 'z');
	opened = image_open(&image);
	assert_true(opened->crash.image.complete);
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x7000),
			 'a');
	image_close(opened);
}

static void a_cut_dump_keeps_the_pages_it_has(void **state)
{
	struct opened *opened;

	(void)state;
	make_full64();
	image.size = 0x3800;
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_OK);
	assert_false(opened->crash.image.complete);
	assert_true(image_has_problem(opened, "pages: cut short"));
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x1000),
			 'a');
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x5000),
			 -1);
	image_close(opened);
}

static void wrong_run_lists_are_problems(void **state)
{
	struct opened *opened;

	(void)state;
	make_full64();
	image_u64(&image, 0x90, 4);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "3 pages, header says 4"));
	image_close(opened);

	make_full64();
	image_u64(&image, 0xa8, 2);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "overlap"));
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x2000),
			 'b');
	image_close(opened);

	make_full64();
	image_u64(&image, 0xa0, UINT64_MAX / 2);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "outside any memory"));
	image_close(opened);

	make_full64();
	image_u32(&image, 0x88, 43);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "not a list"));
	assert_int_equal(opened->dump.physical.count, 0);
	image_close(opened);
}

static void secondary_data_follows_the_pages(void **state)
{
	struct opened *opened;

	(void)state;
	make_full64();
	image_text(&image, 0x5000, "DumpBlob........");
	opened = image_open(&image);
	assert_int_equal(bytes_left(&opened->dump.secondary), 16);
	image_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_found_by_physical_address),
		cmocka_unit_test(a_32_bit_run_list_is_read),
		cmocka_unit_test(a_cut_dump_keeps_the_pages_it_has),
		cmocka_unit_test(wrong_run_lists_are_problems),
		cmocka_unit_test(secondary_data_follows_the_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
