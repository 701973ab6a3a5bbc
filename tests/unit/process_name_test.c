#include "indexer/dump/process_name.h"

#include "tests/unit/image.h"

static void the_offset_depends_on_build_and_processor(void **state)
{
	static const struct {
		enum crash_arch arch;
		uint64_t build;
		uint32_t offset; /* 0 = unknown */
	} rows[] = {
		{ CRASH_X64, 3790, 0x268 },    { CRASH_X64, 7601, 0x2e0 },
		{ CRASH_X64, 19045, 0x5a8 },   { CRASH_X64, 26100, 0x338 },
		{ CRASH_X86, 2600, 0x174 },    { CRASH_X86, 7601, 0x16c },
		{ CRASH_ARM64, 22000, 0x560 }, { CRASH_X64, 2600, 0 },
		{ CRASH_X64, 99999, 0 },       { CRASH_ARCH_UNKNOWN, 19041, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t offset = 0;

		process_name_offset(rows[i].arch, rows[i].build, &offset);
		assert_int_equal(offset, rows[i].offset);
	}
}

static void only_printable_names_are_taken(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	assert_string_equal(
		process_name_text(&arena, bytes_of("svchost.exe\0\0\0\0", 15)),
		"svchost.exe");
	assert_string_equal(
		process_name_text(&arena, bytes_of("fifteen-letters!", 16)),
		"fifteen-letters");
	assert_null(
		process_name_text(&arena, bytes_of("\0abcdefghijklmn", 15)));
	assert_null(
		process_name_text(&arena, bytes_of("ab\x01 defghijklmn", 15)));
	assert_null(process_name_text(&arena, bytes_of("short", 5)));
	assert_null(process_name_text(&arena, bytes_absent()));
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_offset_depends_on_build_and_processor),
		cmocka_unit_test(only_printable_names_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
