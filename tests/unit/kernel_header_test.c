#include "indexer/dump/kernel_header.h"

#include "tests/unit/image.h"

#define HEADER_ONLY 3

static struct image image;

static void a_64_bit_header_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, HEADER_ONLY);
	image_u64(&image, 0x20, 0xfffff80000001000);
	image_u64(&image, 0x28, 0xfffff80000002000);
	image_u64(&image, 0x80, 0xfffff80000003000);
	image_u64(&image, 0x1030, 42ull * 10000000);
	image_u32(&image, 0x1040, 3);
	image_u32(&image, 0x378, 0x10000f);
	opened = image_open(&image);

	const struct crash *crash = &opened->crash;

	assert_int_equal(opened->status, STATUS_OK);
	assert_int_equal(crash->image.kind, CRASH_KERNEL_HEADER);
	assert_true(crash->image.complete);
	assert_int_equal(crash->machine.arch, CRASH_X64);
	assert_int_equal(crash->machine.os_build.value, 19041);
	assert_int_equal(crash->machine.cpus.value, 4);
	assert_int_equal(crash->machine.product, CRASH_SERVER);
	assert_int_equal(crash->bugcheck.code.value, 0xd1);
	assert_false(crash->bugcheck.minidump_form);
	assert_int_equal(crash->bugcheck.args[3].value, 0x103);
	assert_int_equal(crash->time.value, 133000000000000000);
	assert_int_equal(crash->uptime.value, 420000000);
	assert_int_equal(opened->dump.module_list, 0xfffff80000001000);
	assert_int_equal(opened->dump.process_list, 0xfffff80000002000);
	assert_int_equal(opened->dump.debugger_data, 0xfffff80000003000);
	assert_int_equal(opened->dump.directory_table, 0x1ad002);
	assert_int_equal(bytes_left(&opened->dump.context), 0x4d0);
	assert_int_equal(crash->problem_count, 0);
	image_close(opened);
}

static void a_32_bit_header_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	image_header32(&image, HEADER_ONLY);
	image_u8(&image, 0x5c, 1);
	image_u32(&image, 0x18, 0x8055ab20);
	image_u64(&image, 0xfb8, 7);
	image_u64(&image, 0xfc0, 128000000000000000);
	image_u32(&image, 0xf94, 1);
	image_u32(&image, 0x320, 0x1003f);
	opened = image_open(&image);

	const struct crash *crash = &opened->crash;

	assert_int_equal(opened->status, STATUS_OK);
	assert_int_equal(crash->machine.arch, CRASH_X86);
	assert_int_equal(crash->machine.os_build.value, 2600);
	assert_int_equal(crash->machine.product, CRASH_WORKSTATION);
	assert_int_equal(crash->bugcheck.code.value, 0x8e);
	assert_true(crash->bugcheck.minidump_form);
	assert_int_equal(crash->bugcheck.args[3].value, 0x80000003);
	assert_int_equal(crash->time.value, 128000000000000000);
	assert_int_equal(crash->uptime.value, 7);
	assert_int_equal(opened->dump.module_list, 0x8055ab20);
	assert_int_equal(opened->dump.pointer_bytes, 4);
	assert_int_equal(opened->dump.pae.value, 1);
	assert_int_equal(bytes_left(&opened->dump.context), 0x2cc);
	image_close(opened);
}

static void fields_nobody_wrote_are_absent(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, HEADER_ONLY);
	image_fill(&image, 0x34, 4);
	image_fill(&image, 0x38, 0x28);
	image_fill(&image, 0xfa8, 8);
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_OK);
	assert_false(opened->crash.machine.cpus.known);
	assert_false(opened->crash.bugcheck.code.known);
	assert_false(opened->crash.bugcheck.args[0].known);
	assert_false(opened->crash.time.known);
	assert_false(opened->crash.uptime.known);
	assert_int_equal(opened->crash.machine.product, CRASH_PRODUCT_UNKNOWN);
	assert_int_equal(opened->dump.module_list, 0);
	assert_true(opened->dump.context.failed);
	assert_true(opened->dump.exception.failed);
	image_close(opened);

	image_header32(&image, HEADER_ONLY);
	opened = image_open(&image);
	assert_false(opened->dump.pae.known);
	image_close(opened);
}

static void only_the_minidump_bit_is_removed_from_a_code(void **state)
{
	static const struct {
		uint32_t raw;
		uint32_t code;
		bool minidump_form;
	} rows[] = {
		{ 0x1000007e, 0x7e, true },
		{ 0x100000ea, 0xea, true },
		{ 0xc000021a, 0xc000021a, false },
		{ 0xd1, 0xd1, false },
		{ 0x20000001, 0x20000001, false },
		{ 0xdeaddead, 0xdeaddead, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		image_header64(&image, HEADER_ONLY);
		image_u32(&image, 0x38, rows[i].raw);

		struct opened *opened = image_open(&image);

		assert_int_equal(opened->crash.bugcheck.code.value,
				 rows[i].code);
		assert_int_equal(opened->crash.bugcheck.minidump_form,
				 rows[i].minidump_form);
		image_close(opened);
	}
}

static void a_cut_header_gives_what_it_has(void **state)
{
	(void)state;
	for (size_t size = 8; size < 0x2000; size += 24) {
		image_header64(&image, HEADER_ONLY);
		image.size = size;

		struct opened *opened = image_open(&image);

		if (size < 0x60) {
			assert_int_equal(opened->status, STATUS_TRUNCATED);
		} else {
			assert_int_equal(opened->status, STATUS_OK);
			assert_int_equal(opened->crash.bugcheck.code.value,
					 0xd1);
			assert_false(opened->crash.image.complete);
			assert_true(image_has_problem(opened, "cut short"));
		}
		image_close(opened);
	}
}

static void a_header_of_nothing_is_corrupt(void **state)
{
	struct opened *opened;

	(void)state;
	image_clear(&image);
	image_text(&image, 0, "PAGEDU64");
	image_u8(&image, 0x2fff, 0);
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_CORRUPT);
	image_close(opened);
}

static void impossible_times_are_problems(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, HEADER_ONLY);
	image_u64(&image, 0xfa8, UINT64_MAX);
	image_u64(&image, 0x1030, UINT64_MAX);
	opened = image_open(&image);
	assert_false(opened->crash.time.known);
	assert_false(opened->crash.uptime.known);
	assert_int_equal(opened->crash.problem_count, 2);
	image_close(opened);
}

/* Nobody knows which of the two is meant: the larger. */
static void a_header_says_how_large_its_file_may_be(void **state)
{
	(void)state;
	image_header64(&image, HEADER_ONLY);
	assert_int_equal(dump_stated_bytes(bytes_of(image.bytes, image.size)),
			 0);
	image_u64(&image, 0xfa0, 4650900);
	assert_int_equal(dump_stated_bytes(bytes_of(image.bytes, image.size)),
			 4650900);
	image_u32(&image, 0x88, 1);
	image_u64(&image, 0x90, 0x100000);
	assert_int_equal(dump_stated_bytes(bytes_of(image.bytes, image.size)),
			 1ll << 32);
	image_u64(&image, 0x90, UINT64_MAX / 2);
	assert_true(dump_stated_bytes(bytes_of(image.bytes, image.size)) ==
		    UINT64_MAX);
	image_header32(&image, HEADER_ONLY);
	image_u32(&image, 0x64, 1);
	image_u32(&image, 0x68, 1000);
	assert_int_equal(dump_stated_bytes(bytes_of(image.bytes, image.size)),
			 4096000);
}

static void images_made_by_tools_are_marked(void **state)
{
	struct opened *opened;

	(void)state;
	image_header64(&image, HEADER_ONLY);
	image_u32(&image, 0x38, 0x5454414d);
	opened = image_open(&image);
	assert_true(crash_has_flag(&opened->crash, "tool-made"));
	image_close(opened);

	image_header64(&image, HEADER_ONLY);
	image_text(&image, 0xfb0, "Hello from elf2dmp!");
	opened = image_open(&image);
	assert_true(crash_has_flag(&opened->crash, "tool-made"));
	image_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_64_bit_header_is_read),
		cmocka_unit_test(a_32_bit_header_is_read),
		cmocka_unit_test(fields_nobody_wrote_are_absent),
		cmocka_unit_test(only_the_minidump_bit_is_removed_from_a_code),
		cmocka_unit_test(a_cut_header_gives_what_it_has),
		cmocka_unit_test(a_header_of_nothing_is_corrupt),
		cmocka_unit_test(impossible_times_are_problems),
		cmocka_unit_test(a_header_says_how_large_its_file_may_be),
		cmocka_unit_test(images_made_by_tools_are_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
