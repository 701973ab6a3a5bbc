#include "indexer/dump/triage.h"

#include "tests/unit/image.h"

static struct image image;

/*
 * What both machines have: two drivers, one unloaded, a stack of 0x20 bytes,
 * two overlapping data blocks and secondary data behind the mark.
 */
#define STRINGS 0x4000
#define DRIVERS 0x4100
#define UNLOADED 0x4400
#define STACK 0x4800
#define BLOCKS 0x4900
#define DATA 0x4a00
#define KDBG 0x5000
#define PROCESS 0x6000
#define MARK 0x7ffc
#define SIZE_OF_DUMP 0x8000

static void put_string(size_t at, const char *text)
{
	image_u32(&image, at, (uint32_t)strlen(text));
	image_utf16(&image, at + 4, text);
	image_u16(&image, at + 4 + 2 * strlen(text), 0);
}

static void put_block(size_t index, uint64_t va, uint32_t offset, uint32_t size)
{
	image_u64(&image, BLOCKS + 16 * index, va);
	image_u32(&image, BLOCKS + 16 * index + 8, offset);
	image_u32(&image, BLOCKS + 16 * index + 12, size);
}

static void put_common(size_t at, uint32_t blocks_at, uint32_t kdbg_at)
{
	image_u32(&image, at + 4, SIZE_OF_DUMP);
	image_u32(&image, at + 8, MARK);
	image_u32(&image, at + 0x18, UNLOADED);
	image_u32(&image, at + 0x20, PROCESS);
	image_u32(&image, at + 0x28, STACK);
	image_u32(&image, at + 0x2c, 0x20);
	image_u32(&image, at + 0x30, DRIVERS);
	image_u32(&image, at + 0x34, 2);
	image_u32(&image, at + 0x38, STRINGS);
	image_u32(&image, at + 0x44, 0xffffffff);
	image_u32(&image, at + kdbg_at, KDBG);
	image_u32(&image, at + kdbg_at + 4, 0x340);
	image_u32(&image, at + blocks_at, BLOCKS);
	image_u32(&image, at + blocks_at + 4, 3);

	put_string(STRINGS, "\\SystemRoot\\system32\\NTOSKRNL.EXE");
	put_string(STRINGS + 0x60, "Driver.SYS");
	image_text(&image, KDBG + 0x10, "KDBG");
	image_u16(&image, KDBG + 0x2a8, 0xa40);
	image_text(&image, STACK, "stack");
	image_text(&image, DATA, "0123456789");
	image_text(&image, MARK, "TRGD");
	image_text(&image, SIZE_OF_DUMP, "DumpBlob");
}

static void make_triage64(void)
{
	image_header64(&image, 4);
	image_u32(&image, 0x1038, 0xcff);
	put_common(0x2000, 0x78, 0x70);
	image_u64(&image, 0x2048, 0xfffff80000010000);
	for (size_t i = 0; i < 2; i++) {
		const size_t at = DRIVERS + 0x90 * i;

		image_u32(&image, at, (uint32_t)(STRINGS + 0x60 * i));
		image_u64(&image, at + 0x38, 0xfffff80100000000 + (i << 24));
		image_u32(&image, at + 0x48, 0x5000);
		image_u32(&image, at + 0x88, 0x4f712051);
	}
	image_u32(&image, UNLOADED, 1);
	image_u16(&image, UNLOADED + 8, 24);
	image_utf16(&image, UNLOADED + 0x18, "Twelve-chars");
	image_u64(&image, UNLOADED + 8 + 0x28, 0xfffff80200000000);
	image_u64(&image, UNLOADED + 8 + 0x30, 0xfffff80200003000);
	put_block(0, 0xfffff80300000004, DATA + 4, 6);
	put_block(1, 0xfffff80300000000, DATA, 6);
	put_block(2, 0xfffff80000010000, STACK, 8);
	image_text(&image, PROCESS + 0x5a8, "sample.exe");
}

static void make_triage32(void)
{
	image_header32(&image, 4);
	image_u32(&image, 0xf8c, 0xcff);
	put_common(0x1000, 0x60, 0x58);
	image_u32(&image, 0x1048, 0xf7a10000);
	for (size_t i = 0; i < 2; i++) {
		const size_t at = DRIVERS + 0x4c * i;

		image_u32(&image, at, (uint32_t)(STRINGS + 0x60 * i));
		image_u32(&image, at + 0x1c, 0x804d7000 + ((uint32_t)i << 24));
		image_u32(&image, at + 0x24, 0x5000);
		image_u32(&image, at + 0x48, 0x4f712051);
	}
	image_u32(&image, UNLOADED, 1);
	image_u16(&image, UNLOADED + 4, 24);
	image_utf16(&image, UNLOADED + 4 + 8, "Twelve-chars");
	image_u32(&image, UNLOADED + 4 + 0x20, 0xf8000000);
	image_u32(&image, UNLOADED + 4 + 0x24, 0xf8003000);
	put_block(0, 0xffffffff81000004, DATA + 4, 6);
	put_block(1, 0xffffffff81000000, DATA, 6);
	put_block(2, 0xfffffffff7a10000, STACK, 8);
	image_text(&image, PROCESS + 0x174, "sample.exe");
}

static void check_common(const struct opened *opened)
{
	const struct crash *crash = &opened->crash;

	assert_int_equal(opened->status, STATUS_OK);
	assert_int_equal(crash->image.kind, CRASH_KERNEL_TRIAGE);
	assert_true(crash->image.complete);
	assert_int_equal(crash->problem_count, 0);
	assert_int_equal(crash->module_count, 2);
	assert_string_equal(crash->modules[0].name, "ntoskrnl.exe");
	assert_string_equal(crash->modules[1].name, "driver.sys");
	assert_int_equal(crash->modules[1].build, 0x4f71205100005000);
	assert_int_equal(crash->unloaded_count, 1);
	assert_string_equal(crash->unloaded[0].name, "twelve-chars");
	assert_int_equal(crash->unloaded[0].bytes, 0x3000);
	assert_string_equal(crash->process, "sample.exe");
	assert_int_equal(opened->dump.writer, DUMP_WRITER_DBGENG);
	assert_int_equal(bytes_left(&opened->dump.stack), 0x20);
	assert_int_equal(bytes_left(&opened->dump.kdbg), 0x340);
	assert_int_equal(bytes_left(&opened->dump.process), 0xa40);
	assert_int_equal(bytes_left(&opened->dump.secondary), 8);
	assert_int_equal(opened->dump.virtual.count, 2);
}

static void a_64_bit_small_dump_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	make_triage64();
	opened = image_open(&image);
	check_common(opened);

	const struct dump_ranges *memory = &opened->dump.virtual;

	assert_int_equal(opened->dump.stack_start, 0xfffff80000010000);
	assert_int_equal(opened->crash.modules[1].base, 0xfffff80101000000);
	assert_int_equal(opened->crash.unloaded[0].base, 0xfffff80200000000);
	assert_int_equal(image_byte(opened, memory, 0xfffff80300000005), '5');
	assert_int_equal(image_byte(opened, memory, 0xfffff80300000009), '9');
	assert_int_equal(image_byte(opened, memory, 0xfffff8030000000a), -1);
	assert_int_equal(image_byte(opened, memory, 0xfffff80000010000), 's');
	image_close(opened);
}

static void a_32_bit_small_dump_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	make_triage32();
	opened = image_open(&image);
	check_common(opened);

	const struct dump_ranges *memory = &opened->dump.virtual;

	assert_int_equal(opened->dump.stack_start, 0xf7a10000);
	assert_int_equal(opened->crash.modules[1].base, 0x814d7000);
	assert_int_equal(opened->crash.unloaded[0].base, 0xf8000000);
	assert_int_equal(image_byte(opened, memory, 0x81000009), '9');
	assert_int_equal(image_byte(opened, memory, 0xf7a10000), 's');
	image_close(opened);
}

static void parts_nobody_wrote_are_left_alone(void **state)
{
	struct opened *opened;

	(void)state;
	make_triage64();
	image_u32(&image, 0x1038, 0x40);
	opened = image_open(&image);
	assert_int_equal(opened->crash.module_count, 2);
	assert_true(opened->dump.stack.failed);
	assert_true(opened->dump.kdbg.failed);
	assert_null(opened->crash.process);
	assert_int_equal(opened->dump.virtual.count, 0);
	image_close(opened);
}

static void the_kernels_own_dumps_state_their_length(void **state)
{
	struct opened *opened;

	(void)state;
	make_triage64();
	image_u32(&image, 0x2044, 0x41);
	image_u64(&image, 0xfa0, SIZE_OF_DUMP + 8);
	opened = image_open(&image);
	assert_int_equal(opened->dump.writer, DUMP_WRITER_KERNEL);
	assert_true(opened->crash.image.complete);
	image_close(opened);

	image_u64(&image, 0xfa0, SIZE_OF_DUMP + 9);
	opened = image_open(&image);
	assert_false(opened->crash.image.complete);
	image_close(opened);
}

static void a_cut_small_dump_says_so_wherever_it_is_cut(void **state)
{
	(void)state;
	make_triage64();
	for (size_t size = 0x2000; size < SIZE_OF_DUMP; size += 0x21) {
		image.size = size;

		struct opened *opened = image_open(&image);

		assert_int_equal(opened->status, STATUS_OK);
		assert_int_equal(opened->crash.bugcheck.code.value, 0xd1);
		assert_false(opened->crash.image.complete);
		assert_true(opened->crash.problem_count > 0);
		image_close(opened);
	}
}

static void wild_offsets_and_counts_end(void **state)
{
	static const uint32_t wild[] = { 1, 0x7fffffff, 0xfffffff0,
					 0xffffffff };

	(void)state;
	for (size_t field = 4; field < 0x80; field += 4)
		for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
			struct opened *opened;

			make_triage64();
			image_u32(&image, 0x2000 + field, wild[i]);
			opened = image_open(&image);
			assert_int_equal(opened->status, STATUS_OK);
			image_close(opened);
		}

	make_triage64();
	image_u32(&image, STRINGS, 0x40000000);
	image_u32(&image, UNLOADED, 0x40000000);
	put_block(1, 0, 0xffffffff, 0xffffffff);

	struct opened *opened = image_open(&image);

	assert_int_equal(opened->crash.module_count, 1);
	assert_true(image_has_problem(opened, "driver list: 1 of 2"));
	assert_true(image_has_problem(opened, "unloaded drivers"));
	assert_true(image_has_problem(opened, "data blocks: 1 of 3"));
	image_close(opened);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_64_bit_small_dump_is_read),
		cmocka_unit_test(a_32_bit_small_dump_is_read),
		cmocka_unit_test(parts_nobody_wrote_are_left_alone),
		cmocka_unit_test(the_kernels_own_dumps_state_their_length),
		cmocka_unit_test(a_cut_small_dump_says_so_wherever_it_is_cut),
		cmocka_unit_test(wild_offsets_and_counts_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
