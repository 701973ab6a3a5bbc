#include "indexer/target/image.h"

#include "indexer/target/images.h"
#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/memory.h"

#define VA 0xfffff80000200000u
#define BASE (VA + 0x8000)

static struct memory m;

static void put(uint32_t rva, uint64_t value, unsigned size)
{
	memory_put(&m, memory_at(8) + rva, value, size);
}

/* Two sections: code at 1000 (file 400), data at 2000 (file 800). */
static void start(void)
{
	memory_init(&m, CRASH_X64);
	memory_map_x64(&m, VA);
	m.dump.module_list = BASE;
	space_init(&m.target);
	put(0, 0x5a4d, 2);
	put(0x3c, 0x80, 4);
	put(0x80, 0x4550, 4);
	put(0x84, 0x8664, 2);
	put(0x86, 2, 2);
	put(0x88, 0xdeadbeef, 4);
	put(0x94, 0xf0, 2);
	put(0x98, 0x20b, 2);
	put(0x98 + 0x38, 0x3000, 4);
	put(0x98 + 0x40, 0x1234, 4);
	put(0x98 + 0x6c, 16, 4);
	put(0x98 + 0x70, 0x2000, 4);
	put(0x98 + 0x74, 0x100, 4);
	put(0x98 + 0x70 + 6 * 8, 0x2200, 4);
	put(0x98 + 0x74 + 6 * 8, 28, 4);
	for (unsigned i = 0; i < 2; i++) {
		const uint32_t at = 0x188 + 40 * i;

		put(at + 8, 0x400, 4);
		put(at + 0xc, 0x1000 + i * 0x1000, 4);
		put(at + 0x10, 0x400, 4);
		put(at + 0x14, 0x400 + i * 0x400, 4);
		put(at + 0x24, i ? 0xc0000040 : 0x60000020, 4);
	}
}

static void put_contents(uint32_t data)
{
	put(data + 0x14, 2, 4);
	put(data + 0x18, 2, 4);
	put(data + 0x1c, 0x2040, 4);
	put(data + 0x20, 0x2050, 4);
	put(data + 0x24, 0x2060, 4);
	put(data + 0x40, 0x1100, 4);
	put(data + 0x44, 0x1010, 4);
	put(data + 0x50, 0x2070, 4);
	put(data + 0x54, 0x2080, 4);
	put(data + 0x60, 1, 2);
	put(data + 0x62, 0, 2);
	memory_text(&m, memory_at(8) + data + 0x70, "First");
	memory_text(&m, memory_at(8) + data + 0x80, "Second");
}

static void expect(const struct image *image)
{
	uint32_t at = 0;

	assert_int_equal(image->timestamp, 0xdeadbeef);
	assert_int_equal(image->bytes, 0x3000);
	assert_true(image->is_wide);
	assert_int_equal(image->section_count, 2);
	assert_true(image_is_code(image, 0x13ff));
	assert_false(image_is_code(image, 0x1400));
	assert_false(image_is_code(image, 0x2000));
	assert_string_equal(image_export_below(image, 0x1105, &m.arena, &at),
			    "Second");
	assert_int_equal(at, 0x1100);
	assert_string_equal(image_export_below(image, 0x10ff, &m.arena, &at),
			    "First");
	assert_null(image_export_below(image, 0x100f, &m.arena, &at));
}

static void an_image_in_memory_is_laid_out_by_addresses(void **state)
{
	struct image image;

	(void)state;
	start();
	put_contents(0x2000);
	assert_true(image_at(&m.target, BASE, &image));
	expect(&image);
	assert_false(image_at(&m.target, BASE + 0x1000, &image));
	assert_false(image_at(&m.target, VA + 0x400000, &image));
}

static void a_file_is_laid_out_by_its_sections(void **state)
{
	struct image image;
	uint8_t word[4];

	(void)state;
	start();
	put_contents(0x800);
	put(0x400, 0xc3cc, 2);
	assert_true(image_of(bytes_part(m.dump.image, 8 * 4096, 0xc00),
			     &m.arena, &image));
	expect(&image);
	assert_true(image_read(&image, 0x1000, word, 4));
	assert_int_equal(word[0], 0xcc);
	assert_false(image_read(&image, 0x13fe, word, 4));
	assert_false(image_read(&image, 0x9000, word, 4));
	/* Whatever is cut off is absent. */
	for (uint64_t size = 0; size < 0xc00; size += 7)
		if (image_of(bytes_part(m.dump.image, 8 * 4096, size), &m.arena,
			     &image)) {
			uint32_t at;

			(void)image_export_below(&image, 0x1105, &m.arena, &at);
		}
}

static void files_are_found_by_name_and_build(void **state)
{
	struct images_entry entries[] = {
		{ "ks.sys", 7, bytes_of("c", 1) },
		{ "disk.sys", 9, bytes_of("a", 1) },
		{ "ks.sys", 5, bytes_of("b", 1) },
	};
	struct images images = { entries, 3 };

	(void)state;
	images_sort(&images);
	assert_int_equal(*images_find(&images, "ks.sys", 5).start, 'b');
	assert_int_equal(*images_find(&images, "ks.sys", 7).start, 'c');
	assert_int_equal(*images_find(&images, "disk.sys", 9).start, 'a');
	assert_true(images_find(&images, "ks.sys", 6).failed);
	assert_true(images_find(NULL, "ks.sys", 5).failed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_in_memory_is_laid_out_by_addresses),
		cmocka_unit_test(a_file_is_laid_out_by_its_sections),
		cmocka_unit_test(files_are_found_by_name_and_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
