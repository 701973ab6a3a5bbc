#include "signatures/redact.h"

#include <string.h>

#include "tests/unit.h"

static void users_are_left_out_of_paths(void **state)
{
	static const char *const table[][2] = {
		{ "", "" },
		{ "a.dmp", "a.dmp" },
		{ "/home/bob/a.dmp", "/home/user/a.dmp" },
		{ "/home//bob/a.dmp", "/home//user/a.dmp" },
		{ "march.7z/C/Users/Bob B/x/a.dmp",
		  "march.7z/C/Users/user/x/a.dmp" },
		{ "C:\\USERS\\x\\a.dmp", "C:\\USERS\\user\\a.dmp" },
		{ "C:\\Documents and Settings\\Bob\\a.dmp",
		  "C:\\Documents and Settings\\user\\a.dmp" },
		/* A file is nobody's folder. */
		{ "home/a.dmp", "home/a.dmp" },
		{ "homes/bob/a.dmp", "homes/bob/a.dmp" },
		/* Somebody called home. */
		{ "/home/home/b/a.dmp", "/home/user/b/a.dmp" },
		{ "/home/b/Users/c/a.dmp", "/home/user/Users/user/a.dmp" },
		{ "home/b/home/", "home/user/home/" },
	};
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		assert_string_equal(redact_path(&arena, table[i][0]),
				    table[i][1]);
	arena_deinit(&arena);
}

static void a_program_is_left_out_wherever_it_is_named(void **state)
{
	struct crash_module modules[] = { { .name = "diary.exe" },
					  { .name = "ntdll.dll" } };
	struct crash_frame frames[] = { { .module = "ntdll.dll" },
					{ .module = NULL },
					{ .module = "diary.exe" } };
	struct crash_frame elsewhere = { .module = "diary.exe" };
	struct crash_processor processor = {
		1, { .frames = &elsewhere, .count = 1 }
	};
	struct crash_function passed = { .module = "diary.exe" };
	struct crash_residue residue[] = { { "diary.exe", 1 } };
	struct crash crash = {
		.process = "Diary.exe",
		.modules = modules,
		.module_count = 2,
		.stack = { .frames = frames, .count = 3 },
		.processors = &processor,
		.processor_count = 1,
		.trail = &passed,
		.trail_count = 1,
		.residue = residue,
		.residue_count = 1,
		.fault.module = "diary.exe",
	};

	(void)state;
	redact_crash(&crash);
	assert_null(crash.process);
	assert_string_equal(modules[0].name, REDACT_PROGRAM);
	assert_string_equal(modules[1].name, "ntdll.dll");
	assert_string_equal(frames[0].module, "ntdll.dll");
	assert_null(frames[1].module);
	assert_string_equal(frames[2].module, REDACT_PROGRAM);
	assert_string_equal(elsewhere.module, REDACT_PROGRAM);
	assert_string_equal(passed.module, REDACT_PROGRAM);
	assert_string_equal(residue[0].module, REDACT_PROGRAM);
	assert_string_equal(crash.fault.module, REDACT_PROGRAM);
}

static void a_log_may_not_know_how_a_program_ends(void **state)
{
	struct crash_module modules[] = { { .name = "diary.sys" } };
	struct crash_frame frames[] = { { .module = "diary.sys" },
					{ .module = "diary2.sys" } };
	struct crash crash = {
		.image.kind = CRASH_DEBUGGER_LOG,
		.process = "Diary.exe",
		.stack = { .frames = frames, .count = 2 },
		.fault.module = "diary.sys",
	};

	(void)state;
	redact_crash(&crash);
	assert_string_equal(frames[0].module, REDACT_PROGRAM);
	assert_string_equal(frames[1].module, "diary2.sys");
	assert_string_equal(crash.fault.module, REDACT_PROGRAM);
	/* Nor the whole name. */
	crash.process = "Diary-of-a-year";
	frames[0].module = "diary-of-a-year-in-paris.sys";
	redact_crash(&crash);
	assert_string_equal(frames[0].module, REDACT_PROGRAM);
	assert_string_equal(frames[1].module, "diary2.sys");
	/* One that lists a driver of that name does. */
	crash.process = "Diary.exe";
	crash.modules = modules;
	crash.module_count = 1;
	frames[0].module = "diary.sys";
	redact_crash(&crash);
	assert_string_equal(frames[0].module, "diary.sys");
}

static void windows_own_processes_stay(void **state)
{
	struct crash crash = { .process = "svchost.exe" };
	struct crash none = { .process = NULL };

	(void)state;
	redact_crash(&crash);
	redact_crash(&none);
	assert_string_equal(crash.process, "svchost.exe");
	assert_null(none.process);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_are_left_out_of_paths),
		cmocka_unit_test(a_program_is_left_out_wherever_it_is_named),
		cmocka_unit_test(a_log_may_not_know_how_a_program_ends),
		cmocka_unit_test(windows_own_processes_stay),
	};

	return cmocka_run_group_tests_name("redact", tests, NULL, NULL);
}
