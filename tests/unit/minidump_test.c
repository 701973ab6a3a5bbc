#include "tests/unit/image.h"

static struct image image;

#define SYSTEM 0x200
#define EXCEPTION 0x300
#define MODULES 0x400
#define THREADS 0x500
#define MEMORY 0x600
#define MEMORY64 0x680
#define UNLOADED 0x700
#define NAMES 0x800
#define CONTEXT 0x1000
#define STACK 0x2000
#define PACKED 0x3000

static void put_stream(size_t index, uint32_t type, uint32_t size,
		       uint32_t offset)
{
	const size_t at = 0x20 + 12 * index;

	image_u32(&image, 8, (uint32_t)index + 1);
	image_u32(&image, at, type);
	image_u32(&image, at + 4, size);
	image_u32(&image, at + 8, offset);
}

static void put_name(size_t at, const char *name)
{
	image_u32(&image, at, (uint32_t)(2 * strlen(name)));
	image_utf16(&image, at + 4, name);
}

static void make_system(uint16_t arch, uint32_t platform)
{
	image_clear(&image);
	image_text(&image, 0, "MDMP\x93\xa7");
	image_u32(&image, 0xc, 0x20);
	image_u32(&image, 0x14, 1600000000);
	image_u16(&image, SYSTEM, arch);
	image_u8(&image, SYSTEM + 6, 8);
	image_u8(&image, SYSTEM + 7, 1);
	image_u32(&image, SYSTEM + 0x10, 19041);
	image_u32(&image, SYSTEM + 0x14, platform);
	image_u32(&image, SYSTEM + 0x34, 0);
	put_stream(0, 7, 0x38, SYSTEM);
}

static void put_exception(uint32_t context_bytes)
{
	image_u32(&image, EXCEPTION, 77);
	image_u32(&image, EXCEPTION + 8, 0xc0000005);
	image_u64(&image, EXCEPTION + 0x18, 0xffffffff80401234);
	image_u32(&image, EXCEPTION + 0xa0, context_bytes);
	image_u32(&image, EXCEPTION + 0xa4, CONTEXT);
	put_stream(1, 6, 0xa8, EXCEPTION);
}

/* pad: some writers put 4 bytes between the count and the entries. */
static void put_modules(size_t pad)
{
	image_u32(&image, MODULES, 1);
	image_u64(&image, MODULES + pad + 4, 0x400000);
	image_u32(&image, MODULES + pad + 12, 0x9000);
	image_u32(&image, MODULES + pad + 20, 0x51234567);
	image_u32(&image, MODULES + pad + 24, NAMES);
	image_u32(&image, MODULES + pad + 4 + 0x68, 0);
	put_name(NAMES, "C:\\Program Files\\Sample.EXE");
	put_stream(2, 4, (uint32_t)(4 + pad + 0x6c), MODULES);
}

static void put_threads(void)
{
	image_u32(&image, THREADS, 1);
	image_u32(&image, THREADS + 4, 77);
	image_u64(&image, THREADS + 4 + 0x18, 0x12f000);
	image_u32(&image, THREADS + 4 + 0x20, 0x10);
	image_u32(&image, THREADS + 4 + 0x24, STACK);
	image_u32(&image, THREADS + 4 + 0x28, 0x4d0);
	image_u32(&image, THREADS + 4 + 0x2c, CONTEXT);
	image_text(&image, STACK, "stackstackstack!");
	put_stream(3, 3, 0x34, THREADS);
}

static void put_memory(void)
{
	image_u32(&image, MEMORY, 1);
	image_u64(&image, MEMORY + 4, 0x500000);
	image_u32(&image, MEMORY + 12, 4);
	image_u32(&image, MEMORY + 16, STACK + 5);
	put_stream(4, 5, 0x14, MEMORY);

	image_u64(&image, MEMORY64, 2);
	image_u64(&image, MEMORY64 + 8, PACKED);
	image_u64(&image, MEMORY64 + 16, 0x700000);
	image_u64(&image, MEMORY64 + 24, 3);
	image_u64(&image, MEMORY64 + 32, 0x600000);
	image_u64(&image, MEMORY64 + 40, 3);
	image_text(&image, PACKED, "abcdef");
	put_stream(5, 9, 48, MEMORY64);
}

static void put_unloaded(void)
{
	image_u32(&image, UNLOADED, 16);
	image_u32(&image, UNLOADED + 4, 0x20);
	image_u32(&image, UNLOADED + 8, 1);
	image_u64(&image, UNLOADED + 16, 0x10000000);
	image_u32(&image, UNLOADED + 24, 0x2000);
	image_u32(&image, UNLOADED + 36, NAMES + 0x80);
	image_u32(&image, UNLOADED + 44, 0);
	put_name(NAMES + 0x80, "Gone.dll");
	put_stream(6, 0xe, 48, UNLOADED);
}

static void make_whole(void)
{
	make_system(9, 2);
	put_exception(0x4d0);
	put_modules(0);
	put_threads();
	put_memory();
	put_unloaded();
}

static void a_minidump_is_read(void **state)
{
	struct opened *opened;

	(void)state;
	make_whole();
	opened = image_open(&image);

	const struct crash *crash = &opened->crash;
	const struct dump_ranges *memory = &opened->dump.virtual;

	assert_int_equal(opened->status, STATUS_OK);
	assert_int_equal(crash->image.kind, CRASH_USER_MINI);
	assert_true(crash->image.complete);
	assert_int_equal(crash->problem_count, 0);
	assert_int_equal(crash->time.value, 132444736000000000);
	assert_false(crash->uptime.known);
	assert_false(crash->bugcheck.code.known);
	assert_int_equal(crash->machine.arch, CRASH_X64);
	assert_int_equal(crash->machine.cpus.value, 8);
	assert_int_equal(crash->machine.os_build.value, 19041);
	assert_int_equal(crash->machine.product, CRASH_WORKSTATION);
	assert_int_equal(crash->exception.code.value, 0xc0000005);
	assert_int_equal(crash->exception.address.value, 0xffffffff80401234);
	assert_string_equal(crash->process, "sample.exe");
	assert_string_equal(crash->modules[0].name, "sample.exe");
	assert_int_equal(crash->modules[0].build, 0x5123456700009000);
	assert_string_equal(crash->unloaded[0].name, "gone.dll");
	assert_int_equal(crash->unloaded[0].base, 0x10000000);
	assert_int_equal(opened->dump.crashed_thread, 77);
	assert_int_equal(bytes_left(&opened->dump.context), 0x4d0);
	assert_int_equal(bytes_left(&opened->dump.exception), 0x98);
	assert_int_equal(opened->dump.stack_start, 0x12f000);
	assert_int_equal(bytes_left(&opened->dump.stack), 16);
	assert_int_equal(image_byte(opened, memory, 0x12f000), 's');
	assert_int_equal(image_byte(opened, memory, 0x500000), 's');
	assert_int_equal(image_byte(opened, memory, 0x600000), 'd');
	assert_int_equal(image_byte(opened, memory, 0x700002), 'c');
	assert_int_equal(image_byte(opened, memory, 0x700003), -1);
	image_close(opened);
}

static void x86_addresses_have_32_bits(void **state)
{
	struct opened *opened;

	(void)state;
	make_system(0, 2);
	put_exception(0x2cc);
	opened = image_open(&image);
	assert_int_equal(opened->crash.machine.arch, CRASH_X86);
	assert_int_equal(opened->dump.pointer_bytes, 4);
	assert_int_equal(opened->crash.exception.address.value, 0x80401234);
	image_close(opened);
}

static void lists_may_be_padded(void **state)
{
	struct opened *opened;

	(void)state;
	make_whole();
	put_modules(4);
	opened = image_open(&image);
	assert_int_equal(opened->crash.module_count, 1);
	assert_string_equal(opened->crash.modules[0].name, "sample.exe");
	assert_int_equal(opened->crash.modules[0].base, 0x400000);
	image_close(opened);
}

static void other_systems_are_refused_by_name(void **state)
{
	static const struct {
		uint32_t platform;
		const char *words;
	} rows[] = {
		{ 0x8201, "Linux minidump" },  { 0x8101, "macOS minidump" },
		{ 0x8102, "iOS minidump" },    { 0x8203, "Android minidump" },
		{ 0x1234, "platform 0x1234" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct opened *opened;

		make_system(9, rows[i].platform);
		opened = image_open(&image);
		assert_int_equal(opened->status, STATUS_UNSUPPORTED);
		assert_non_null(strstr(opened->err.text, rows[i].words));
		image_close(opened);
	}
}

static void a_cut_minidump_gives_what_it_has(void **state)
{
	(void)state;
	make_whole();
	for (size_t size = image.size - 1; size > 8; size -= size % 7 + 1) {
		image.size = size;

		struct opened *opened = image_open(&image);

		if (opened->status == STATUS_OK)
			assert_false(opened->crash.image.complete);
		else
			assert_int_equal(opened->status, STATUS_TRUNCATED);
		image_close(opened);
	}
}

static void memory_alone_is_no_crash(void **state)
{
	struct opened *opened;

	(void)state;
	image_clear(&image);
	image_text(&image, 0, "MDMP\x93\xa7");
	image_u32(&image, 0xc, 0x20);
	put_memory();
	opened = image_open(&image);
	assert_int_equal(opened->status, STATUS_CORRUPT);
	image_close(opened);
}

static void wild_numbers_end(void **state)
{
	static const uint32_t wild[] = { 0, 0x7fffffff, 0xffffffff };
	size_t end;

	(void)state;
	make_whole();
	end = NAMES + 0x100;
	for (size_t at = 8; at < end; at += 4)
		for (size_t i = 0; i < 3; i++) {
			struct opened *opened;

			make_whole();
			image_u32(&image, at, wild[i]);
			opened = image_open(&image);
			image_close(opened);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minidump_is_read),
		cmocka_unit_test(x86_addresses_have_32_bits),
		cmocka_unit_test(lists_may_be_padded),
		cmocka_unit_test(other_systems_are_refused_by_name),
		cmocka_unit_test(a_cut_minidump_gives_what_it_has),
		cmocka_unit_test(memory_alone_is_no_crash),
		cmocka_unit_test(wild_numbers_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
