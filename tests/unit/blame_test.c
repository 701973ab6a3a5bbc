#include "indexer/target/blame.h"

#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct crash_frame frames[4];

/* A crash whose stack names these modules, innermost first. */
static void begin(uint64_t code, const char *const names[4])
{
	scene_init(&s, CRASH_X64);
	s.crash.bugcheck.code = CRASH_NUMBER(code);
	for (size_t i = 0; i < 4 && names[i] != NULL; i++) {
		frames[i] = (struct crash_frame){ .module = names[i],
						  .offset = 0x100 * (i + 1),
						  .how = CRASH_HOW_EPILOGUE };
		s.crash.stack.count = i + 1;
	}
	s.crash.stack.frames = frames;
}

static void check(const char *module, enum crash_fault_how how,
		  enum crash_trust trust)
{
	assert_non_null(s.crash.fault.module);
	assert_string_equal(s.crash.fault.module, module);
	assert_int_equal(s.crash.fault.how, how);
	assert_int_equal(s.crash.fault.trust, trust);
}

static void the_faulting_module_is_blamed(void **state)
{
	static const char *const names[4] = { "ks.sys", "driver.sys" };

	(void)state;
	begin(0x7e, names);
	frames[0].how = CRASH_HOW_CONTEXT;
	blame_examine(&s.target, true);
	check("ks.sys", CRASH_FAULT_EXCEPTION, CRASH_STATED);
}

static void the_kernel_only_carried_it(void **state)
{
	static const char *const names[4] = { "nt", "fltmgr.sys",
					      "driver.sys" };

	(void)state;
	begin(0x3b, names);
	blame_examine(&s.target, true);
	check("driver.sys", CRASH_FAULT_STACK, CRASH_WALKED);
}

static void a_file_system_carried_what_a_filter_passed(void **state)
{
	static const char *const names[4] = { "ntfs.sys", "engine.sys",
					      "driver.sys", "fltmgr.sys" };
	static const char *const own[4] = { "driver.sys", "fltmgr.sys" };
	static const char *const alone[4] = { "ntfs.sys", "fltmgr.sys", "nt" };

	(void)state;
	/* the one the filter manager called, not what that called in turn */
	begin(0x24, names);
	blame_examine(&s.target, true);
	check("driver.sys", CRASH_FAULT_STACK, CRASH_WALKED);
	/* in another bugcheck the instruction is what counts */
	begin(0x50, names);
	blame_examine(&s.target, true);
	check("ntfs.sys", CRASH_FAULT_EXCEPTION, CRASH_STATED);
	begin(0x24, own);
	blame_examine(&s.target, true);
	check("driver.sys", CRASH_FAULT_EXCEPTION, CRASH_STATED);
	begin(0x24, alone);
	blame_examine(&s.target, true);
	check("ntfs.sys", CRASH_FAULT_EXCEPTION, CRASH_STATED);
}

static void scanned_frames_accuse_no_filter(void **state)
{
	static const char *const names[4] = { "ntfs.sys", "driver.sys",
					      "fltmgr.sys" };

	(void)state;
	begin(0x24, names);
	frames[1].how = CRASH_HOW_SCAN;
	blame_examine(&s.target, true);
	check("ntfs.sys", CRASH_FAULT_EXCEPTION, CRASH_STATED);
}

static void what_the_machine_passed_counts_where_the_walk_is_lost(void **state)
{
	static const char *const names[4] = { "nt", "fltmgr.sys" };
	static const char *const enough[4] = { "nt", "other.sys" };
	struct crash_function trail[] = { { .module = "nt" },
					  { .module = "fltmgr.sys" },
					  { .module = "driver.sys",
					    .build = 7 } };

	(void)state;
	begin(0x3b, names);
	s.crash.trail = trail;
	s.crash.trail_count = 2;
	blame_examine(&s.target, true);
	check("fltmgr.sys", CRASH_FAULT_STACK, CRASH_WALKED);
	assert_true(s.crash.fault.offset.known);
	begin(0x3b, names);
	s.crash.trail = trail;
	s.crash.trail_count = 3;
	blame_examine(&s.target, true);
	check("driver.sys", CRASH_FAULT_STACK, CRASH_WALKED);
	assert_int_equal(s.crash.fault.build, 7);
	assert_false(s.crash.fault.offset.known);
	begin(0x3b, enough);
	s.crash.trail = trail;
	s.crash.trail_count = 3;
	blame_examine(&s.target, true);
	check("other.sys", CRASH_FAULT_STACK, CRASH_WALKED);
}

static void a_framework_alone_is_blamed(void **state)
{
	static const char *const names[4] = { "nt", "fltmgr.sys", "nt" };

	(void)state;
	begin(0x3b, names);
	blame_examine(&s.target, true);
	check("fltmgr.sys", CRASH_FAULT_STACK, CRASH_WALKED);
}

static void behind_a_scan_it_is_a_guess(void **state)
{
	static const char *const names[4] = { "nt", "nt", "driver.sys" };

	(void)state;
	begin(0x3b, names);
	frames[1].how = CRASH_HOW_SCAN;
	blame_examine(&s.target, true);
	check("driver.sys", CRASH_FAULT_STACK, CRASH_GUESSED);
}

static void a_kernel_only_stack_blames_the_kernel(void **state)
{
	static const char *const names[4] = { "nt", "nt" };

	(void)state;
	begin(0xef, names);
	blame_examine(&s.target, false);
	check("nt", CRASH_FAULT_STACK, CRASH_WALKED);
	assert_int_equal(s.crash.fault.offset.value, 0x200);
}

static void what_an_interrupt_found_running_is_not_blamed(void **state)
{
	static const char *const names[4] = { "nt", "nt", "nt", "driver.sys" };

	(void)state;
	for (unsigned hung = 0; hung < 2; hung++) {
		begin(hung ? 0x133 : 0xa, names);
		frames[1].slot = SCENE_STACK + 0xfa8;
		frames[2].slot = SCENE_STACK + 0xfd8;
		frames[3].slot = SCENE_STACK - 0x100000;
		blame_examine(&s.target, false);
		check(hung ? "driver.sys" : "nt", CRASH_FAULT_STACK,
		      CRASH_WALKED);
	}
}

static void who_keeps_another_processor_busy_is_a_guess(void **state)
{
	static const char *const names[4] = { "nt", "nt", "nt", "nt" };
	struct crash_frame busy[2] = { { .module = "nt",
					 .how = CRASH_HOW_CONTEXT },
				       { .module = "driver.sys",
					 .offset = 0x40,
					 .how = CRASH_HOW_EPILOGUE } };
	struct crash_frame other = { .module = "other.sys",
				     .how = CRASH_HOW_SCAN };
	struct crash_processor processors[2] = {
		{ 1, { busy, 2, CRASH_STACK_LOST } },
		{ 2, { &other, 1, CRASH_STACK_LOST } }
	};

	(void)state;
	begin(0x133, names);
	s.crash.processors = processors;
	s.crash.processor_count = 2;
	blame_examine(&s.target, false);
	check("driver.sys", CRASH_FAULT_STACK, CRASH_GUESSED);
	/* two of them: the kernel, where it was interrupted */
	begin(0x133, names);
	other.how = CRASH_HOW_CONTEXT;
	frames[2].how = CRASH_HOW_TRAP_FRAME;
	s.crash.processors = processors;
	s.crash.processor_count = 2;
	blame_examine(&s.target, false);
	check("nt", CRASH_FAULT_STACK, CRASH_WALKED);
	assert_int_equal(s.crash.fault.offset.value, 0x300);
}

static void a_display_reset_names_its_driver(void **state)
{
	static const char *const names[4] = { "nt", "dxgkrnl.sys" };

	(void)state;
	begin(0x116, names);
	s.crash.bugcheck.args[1] = CRASH_NUMBER(SCENE_MODULE + 0x1234);
	blame_examine(&s.target, false);
	check("driver.sys", CRASH_FAULT_ARGUMENT, CRASH_STATED);
	assert_int_equal(s.crash.fault.offset.value, 0x1234);
}

static void without_a_stack_nobody_is_blamed(void **state)
{
	static const char *const names[4] = { NULL };

	(void)state;
	begin(0x3b, names);
	blame_examine(&s.target, false);
	assert_null(s.crash.fault.module);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_faulting_module_is_blamed),
		cmocka_unit_test(the_kernel_only_carried_it),
		cmocka_unit_test(a_file_system_carried_what_a_filter_passed),
		cmocka_unit_test(scanned_frames_accuse_no_filter),
		cmocka_unit_test(
			what_the_machine_passed_counts_where_the_walk_is_lost),
		cmocka_unit_test(a_framework_alone_is_blamed),
		cmocka_unit_test(behind_a_scan_it_is_a_guess),
		cmocka_unit_test(a_kernel_only_stack_blames_the_kernel),
		cmocka_unit_test(what_an_interrupt_found_running_is_not_blamed),
		cmocka_unit_test(who_keeps_another_processor_busy_is_a_guess),
		cmocka_unit_test(a_display_reset_names_its_driver),
		cmocka_unit_test(without_a_stack_nobody_is_blamed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
