#include "indexer/dump/bitmap.h"

#include "tests/unit/image.h"

/* 70 pages; 1, 2, 8, 63, 64 and 69 are there.  Bits end inside a byte. */
static const uint64_t pfns[] = { 1, 2, 8, 63, 64, 69 };

#define FIRST_PAGE 0x2041 /* right behind the bits, not aligned */

static struct image image;

static void put_pages(size_t first_page)
{
	for (size_t i = 0; i < 6; i++)
		image_u8(&image, first_page + i * 0x1000, (uint8_t)('a' + i));
	image_u8(&image, first_page + 0x5fff, 'z');
}

static void put_bits(size_t at)
{
	for (size_t i = 0; i < 6; i++) {
		const size_t byte = at + pfns[i] / 8;

		image_u8(&image, byte,
			 (uint8_t)(image.bytes[byte] | 1u << pfns[i] % 8));
	}
}

static void put_bitmap(size_t at, size_t first_page, const char *signature)
{
	image_text(&image, at, signature);
	image_u32(&image, at + 8, 1);
	image_u64(&image, at + 0x20, first_page);
	image_u64(&image, at + 0x28, 6);
	image_u64(&image, at + 0x30, 70);
	put_bits(at + 0x38);
	put_pages(first_page);
}

static void check_pages(const struct opened *opened)
{
	const struct dump_ranges *physical = &opened->dump.physical;

	for (size_t i = 0; i < 6; i++)
		assert_int_equal(image_byte(opened, physical, pfns[i] * 0x1000),
				 'a' + (int)i);
	assert_int_equal(image_byte(opened, physical, 0x45fff), 'z');
	assert_int_equal(image_byte(opened, physical, 0x0), -1);
	assert_int_equal(image_byte(opened, physical, 0x3000), -1);
	assert_int_equal(image_byte(opened, physical, 0x46000), -1);
}

static void pages_are_found_behind_unaligned_bits(void **state)
{
	(void)state;
	for (uint32_t type = 5; type <= 7; type++) {
		struct opened *opened;

		image_header64(&image, type);
		put_bitmap(0x2000, FIRST_PAGE, "FDMPDUMP");
		opened = image_open(&image);
		assert_int_equal(opened->status, STATUS_OK);
		assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_BITMAP);
		assert_true(opened->crash.image.complete);
		assert_int_equal(opened->crash.problem_count, 0);
		assert_int_equal(opened->dump.physical.count, 4);
		check_pages(opened);
		image_close(opened);
	}
}

static void a_32_bit_bitmap_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	image_header32(&image, 6);
	put_bitmap(0x1000, 0x2000, "SDMPDUMP");
	opened = image_open(&image);
	assert_true(opened->crash.image.complete);
	check_pages(opened);
	image_close(opened);
}

static void a_type_without_name_may_still_be_a_bitmap(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 77);
	put_bitmap(0x2000, FIRST_PAGE, "SDMPDUMP");
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_BITMAP);
	check_pages(opened);
	image_close(opened);
}

/* Whatever DumpType says, when the payload says plainly what it is. */
static void the_payload_counts_and_not_its_name(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 1);
	put_bitmap(0x2000, FIRST_PAGE, "FDMPDUMP");
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_BITMAP);
	assert_true(opened->crash.image.complete);
	assert_int_equal(opened->crash.problem_count, 1);
	check_pages(opened);
	image_close(opened);

	image_header64(&image, 5);
	image_u32(&image, 0x88, 1);
	image_u64(&image, 0x90, 1);
	image_u64(&image, 0x98, 3);
	image_u64(&image, 0xa0, 1);
	image_u8(&image, 0x2000, 'a');
	image_u8(&image, 0x2fff, 'z');
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_FULL);
	assert_true(opened->crash.image.complete);
	assert_int_equal(image_byte(opened, &opened->dump.physical, 0x3000),
			 'a');
	image_close(opened);
}

static void active_dumps_are_told_apart(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 5);
	put_bitmap(0x2000, FIRST_PAGE, "FDMPDUMP");
	image_u32(&image, 0x1050, 0x40);
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_ACTIVE);
	image_close(opened);

	image_header64(&image, 6);
	put_bitmap(0x2000, FIRST_PAGE, "SDMPDUMP");
	image_u32(&image, 0x2008, 3);
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_ACTIVE);
	image_close(opened);
}

static void live_dumps_are_told_apart(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 6);
	put_bitmap(0x2000, FIRST_PAGE, "SDMPDUMP");
	image_u32(&image, 0x1050, 0x10);
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_LIVE);
	check_pages(opened);
	image_close(opened);
}

static void an_encrypted_payload_is_left_alone(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 6);
	put_bitmap(0x2000, FIRST_PAGE, "SDMPDUMP");
	image_u32(&image, 0x1050, 0x100);
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_OK);
	assert_true(crash_has_flag(&opened->crash, "encrypted-payload"));
	assert_true(image_has_problem(opened, "encrypted"));
	assert_int_equal(opened->dump.physical.count, 0);
	assert_int_equal(opened->crash.bugcheck.code.value, 0xd1);
	image_close(opened);
}

static void wrong_counts_and_cuts_are_problems(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 5);
	put_bitmap(0x2000, FIRST_PAGE, "FDMPDUMP");
	image_u64(&image, 0x2028, 5);
	opened = image_open(&image);
	assert_true(image_has_problem(opened, "6 pages, header says 5"));
	image_close(opened);

	for (size_t size = 0x2000; size < FIRST_PAGE + 0x6000; size += 0x7f) {
		image.size = size;
		opened = image_open(&image);
		assert_int_equal(opened->status, STATUS_OK);
		assert_false(opened->crash.image.complete);
		assert_true(opened->crash.problem_count > 0);
		image_close(opened);
	}
}

static void numbers_out_of_all_bounds_end(void **state)
{
	static const uint64_t wild[] = { 0, 1, 1ull << 40, 1ull << 63,
					 UINT64_MAX };

	(void)state;
	for (size_t field = 0x20; field <= 0x30; field += 8)
		for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
			struct opened *opened;

			image_header64(&image, 5);
			put_bitmap(0x2000, FIRST_PAGE, "FDMPDUMP");
			image_u64(&image, 0x2000 + field, wild[i]);
			opened = image_open(&image);
			assert_int_equal(opened->status, STATUS_OK);
			assert_true(opened->crash.problem_count > 0);
			image_close(opened);
		}
}

static void old_summary_dumps_are_read(void **state)
{
	struct opened *opened;

	(void)state;
	for (unsigned wide = 0; wide < 2; wide++) {
		const size_t at = wide ? 0x2000 : 0x1000;

		if (wide)
			image_header64(&image, 2);
		else
			image_header32(&image, 2);
		image_text(&image, at, "SDMPDUMP");
		image_u32(&image, at + 0xc, (uint32_t)at + 0x1000);
		image_u32(&image, at + 0x10, 70);
		image_u32(&image, at + 0x14, 6);
		image_u32(&image, at + 0x18, 70);
		image_u32(&image, at + (wide ? 0x20 : 0x1c), 0x81234567);
		put_bits(at + (wide ? 0x28 : 0x20));
		put_pages(at + 0x1000);
		opened = image_open(&image);
		assert_int_equal(opened->crash.image.kind,
				 CRASH_KERNEL_SUMMARY);
		assert_true(opened->crash.image.complete);
		assert_int_equal(opened->crash.problem_count, 0);
		check_pages(opened);
		image_close(opened);
	}
}

static void newer_kernels_write_bitmaps_as_summaries(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, 2);
	put_bitmap(0x2000, 0x3000, "SDMPDUMP");
	opened = image_open(&image);
	assert_int_equal(opened->crash.image.kind, CRASH_KERNEL_BITMAP);
	check_pages(opened);
	image_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_found_behind_unaligned_bits),
		cmocka_unit_test(a_32_bit_bitmap_is_read),
		cmocka_unit_test(a_type_without_name_may_still_be_a_bitmap),
		cmocka_unit_test(the_payload_counts_and_not_its_name),
		cmocka_unit_test(active_dumps_are_told_apart),
		cmocka_unit_test(live_dumps_are_told_apart),
		cmocka_unit_test(an_encrypted_payload_is_left_alone),
		cmocka_unit_test(wrong_counts_and_cuts_are_problems),
		cmocka_unit_test(numbers_out_of_all_bounds_end),
		cmocka_unit_test(old_summary_dumps_are_read),
		cmocka_unit_test(newer_kernels_write_bitmaps_as_summaries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
