#include "indexer/dump/rdmp.h"

#include "tests/unit/image.h"

static struct image image;

/* Ranges of pages 3-4 and 9. */
static void make_rdmp(uint32_t type)
{
	image_header64(&image, type);
	image_u32(&image, 0x2000, 0x40);
	image_text(&image, 0x2004, "RDMPDUMP");
	image_u64(&image, 0x2010, 0xfe0);
	image_u64(&image, 0x2018, 0x3000);
	if (type == 10) {
		image_u32(&image, 0x2020, 2);
		image_u64(&image, 0x2028, 3);
	}
	image_u64(&image, 0x2030, 3);
	image_u64(&image, 0x2038, 2);
	image_u64(&image, 0x2040, 9);
	image_u64(&image, 0x2048, 1);
	for (size_t i = 0; i < 3; i++)
		image_u8(&image, 0x3000 + i * 0x1000, (uint8_t)('a' + i));
	image_u8(&image, 0x5fff, 'z');
}

static void ranges_are_read_and_named_by_content(void **state)
{
	static const struct {
		uint32_t type;
		enum crash_kind kind;
	} rows[] = {
		{ 8, CRASH_KERNEL_SUMMARY },
		{ 9, CRASH_KERNEL_ACTIVE },
		{ 10, CRASH_KERNEL_FULL },
	};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct opened *opened;

		make_rdmp(rows[i].type);
		opened = image_open(&image);

		const struct dump_ranges *physical = &opened->dump.physical;

		assert_int_equal(opened->crash.image.kind, rows[i].kind);
		assert_true(opened->crash.image.complete);
		assert_int_equal(opened->crash.problem_count, 0);
		assert_int_equal(image_byte(opened, physical, 0x3000), 'a');
		assert_int_equal(image_byte(opened, physical, 0x4000), 'b');
		assert_int_equal(image_byte(opened, physical, 0x9fff), 'z');
		assert_int_equal(image_byte(opened, physical, 0x5000), -1);
		image_close(opened);
	}
}

static void a_cut_dump_keeps_the_pages_it_has(void **state)
{
	struct opened *opened;

	(void)state;
	make_rdmp(8);
	image.size = 0x4000;
	opened = image_open(&image);
	assert_false(opened->crash.image.complete);
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x3000),
			 'a');
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x4000),
			 -1);
	image_close(opened);
}

static void wrong_headers_are_problems(void **state)
{
	struct opened *opened;

	(void)state;
	make_rdmp(8);
	image_u64(&image, 0x2018, 0x3008);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "no range header"));
	image_close(opened);

	make_rdmp(10);
	image_u64(&image, 0x2048, UINT64_MAX);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "outside any memory"));
	image_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_are_read_and_named_by_content),
		cmocka_unit_test(a_cut_dump_keeps_the_pages_it_has),
		cmocka_unit_test(wrong_headers_are_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
