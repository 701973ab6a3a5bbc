#include "signatures/signature.h"

#include "tests/unit.h"

static struct arena arena;

static struct crash_frame frame(const char *module, uint64_t offset,
				enum crash_how how)
{
	return (struct crash_frame){ .module = module,
				     .build = 1,
				     .offset = offset,
				     .address = 0xfffff80000000000 + offset,
				     .how = how };
}

/* A D1 in driver.sys, called through three of its own and the kernel. */
static struct crash_frame frames[8];

static struct crash sample(void)
{
	struct crash crash = { 0 };

	frames[0] = frame("driver.sys", 0x10, CRASH_HOW_TRAP_FRAME);
	frames[1] = frame("driver.sys", 0x20, CRASH_HOW_EPILOGUE);
	frames[2] = frame("driver.sys", 0x30, CRASH_HOW_EPILOGUE);
	frames[3] = frame("nt", 0x40, CRASH_HOW_EPILOGUE);
	frames[4] = frame("nt", 0x50, CRASH_HOW_EPILOGUE);
	frames[5] = frame("nt", 0x60, CRASH_HOW_EPILOGUE);
	crash.bugcheck.code = CRASH_NUMBER(0xd1);
	crash.stack.frames = frames;
	crash.stack.count = 6;
	crash.stack.end = CRASH_STACK_COMPLETE;
	crash.fault = (struct crash_fault){ .module = "driver.sys",
					    .offset = CRASH_NUMBER(0x10),
					    .build = 1,
					    .how = CRASH_FAULT_ARGUMENT,
					    .trust = CRASH_STATED };
	return crash;
}

static struct crash_buckets buckets_of(struct crash crash)
{
	signature_make(&crash, &arena);
	return crash.buckets;
}

static void how_deep_the_walk_got_does_not_matter(void **state)
{
	const struct crash_buckets whole = buckets_of(sample());
	struct crash crash = sample();

	(void)state;
	crash.stack.count = 4;
	crash.stack.end = CRASH_STACK_LOST;
	const struct crash_buckets cut = buckets_of(crash);
	assert_int_not_equal(whole.exact, 0);
	assert_int_equal(whole.exact, cut.exact);
	assert_int_equal(whole.portable, cut.portable);
}

static void a_rebuild_changes_exact_and_not_portable(void **state)
{
	const struct crash_buckets before = buckets_of(sample());
	struct crash crash = sample();

	(void)state;
	crash.fault.build = 2;
	crash.fault.offset.value += 0x100;
	for (size_t i = 0; i < 3; i++) {
		frames[i].build = 2;
		frames[i].offset += 0x100;
	}
	const struct crash_buckets after = buckets_of(crash);
	assert_int_not_equal(before.exact, after.exact);
	assert_int_equal(before.portable, after.portable);
	assert_int_equal(before.modules, after.modules);
}

static void another_function_is_another_bug(void **state)
{
	struct crash crash = sample();

	(void)state;
	frames[0].fingerprint = 5;
	const struct crash_buckets one = buckets_of(crash);
	frames[0].fingerprint = 6;
	const struct crash_buckets other = buckets_of(crash);
	assert_int_not_equal(one.portable, other.portable);
	crash.exception.code = CRASH_NUMBER(0xc0000005);
	assert_int_not_equal(other.portable, buckets_of(crash).portable);
}

static void recursion_counts_once(void **state)
{
	struct crash crash = sample();
	const struct crash_buckets once = buckets_of(crash);

	(void)state;
	for (size_t i = 7; i > 1; i--)
		frames[i] = frames[i - 1];
	crash.stack.count = 7;
	assert_int_equal(once.exact, buckets_of(crash).exact);
}

static void scans_alone_join_no_bucket(void **state)
{
	struct crash crash = sample();

	(void)state;
	crash.fault = (struct crash_fault){ 0 };
	for (size_t i = 1; i < 6; i++)
		frames[i].how = CRASH_HOW_SCAN;
	const struct crash_buckets weak = buckets_of(crash);
	assert_int_equal(weak.exact, 0);
	assert_int_equal(weak.portable, 0);
	assert_int_equal(weak.modules, 0);
	assert_null(signature_exact_text(&crash, &arena));
}

/* How far it lies from the fault depends on what other dumps taught. */
static void what_was_learned_past_a_gap_joins_no_bucket(void **state)
{
	struct crash crash = sample();

	(void)state;
	crash.fault = (struct crash_fault){ 0 };
	frames[1].how = CRASH_HOW_LEARNED;
	assert_int_not_equal(buckets_of(crash).exact, 0);
	frames[1].how = CRASH_HOW_SCAN;
	for (size_t i = 2; i < crash.stack.count; i++)
		frames[i].how = CRASH_HOW_LEARNED;
	assert_int_equal(buckets_of(crash).exact, 0);
	assert_int_equal(buckets_of(crash).modules, 0);
}

static void the_code_that_stops_the_machine_is_left_out(void **state)
{
	struct crash crash = sample();

	(void)state;
	crash.bugcheck.code = CRASH_NUMBER(0xef);
	crash.fault = (struct crash_fault){ 0 };
	frames[0] = frame("nt", 0x3fdb50, CRASH_HOW_CONTEXT);
	assert_null(strstr(signature_exact_text(&crash, &arena), "3fdb50"));
}

static void a_critical_process_that_ended_is_the_bug(void **state)
{
	struct crash crash = sample();
	struct crash_buckets one;

	(void)state;
	crash.bugcheck.code = CRASH_NUMBER(0xef);
	crash.process = "svchost.exe";
	one = buckets_of(crash);
	crash.process = "csrss.exe";
	assert_int_not_equal(buckets_of(crash).exact, one.exact);
	/* programs of people are not told, nor processes of other crashes */
	crash.process = "diary.exe";
	one = buckets_of(crash);
	crash.process = NULL;
	assert_int_equal(buckets_of(crash).exact, one.exact);
	crash.bugcheck.code = CRASH_NUMBER(0x3b);
	one = buckets_of(crash);
	crash.process = "csrss.exe";
	assert_int_equal(buckets_of(crash).exact, one.exact);
}

/* wdf01000.sys checks what a driver called it with, and stops the machine. */
static void a_check_is_told_by_whose_call_it_checked(void **state)
{
	struct crash crash = sample();
	struct crash_buckets one;

	(void)state;
	crash.bugcheck.code = CRASH_NUMBER(0x10d);
	crash.fault = (struct crash_fault){ 0 };
	frames[0] = frame("nt", 0x3fdb50, CRASH_HOW_CONTEXT);
	for (size_t i = 1; i < 4; i++)
		frames[i] = frame("wdf01000.sys", i, CRASH_HOW_EPILOGUE);
	frames[4] = frame("driver.sys", 0x50, CRASH_HOW_EPILOGUE);
	one = buckets_of(crash);
	frames[5].offset++; /* whoever called that */
	assert_int_equal(buckets_of(crash).exact, one.exact);
	frames[4].module = "other.sys";
	assert_int_not_equal(buckets_of(crash).exact, one.exact);
	assert_int_not_equal(buckets_of(crash).portable, one.portable);
	/* behind a gap it may be anybody */
	frames[3].how = CRASH_HOW_SCAN;
	one = buckets_of(crash);
	frames[4].module = "driver.sys";
	assert_int_equal(buckets_of(crash).exact, one.exact);
}

/* The clock's frames, then what it interrupted: nt called by driver.sys. */
static struct crash hung(uint64_t interrupted, uint64_t caller)
{
	struct crash crash = sample();

	crash.bugcheck.code = CRASH_NUMBER(0x133);
	crash.fault = (struct crash_fault){ 0 };
	frames[0] = frame("nt", 0x3fdb50, CRASH_HOW_CONTEXT);
	frames[1] = frame("nt", 0x1000, CRASH_HOW_EPILOGUE);
	frames[2] = frame("nt", 0x2000, CRASH_HOW_EPILOGUE);
	frames[3] = frame("nt", interrupted, CRASH_HOW_TRAP_FRAME);
	frames[4] = frame("driver.sys", caller, CRASH_HOW_EPILOGUE);
	frames[5] = frame("driver.sys", 0x60, CRASH_HOW_EPILOGUE);
	return crash;
}

static void where_a_clock_found_it_is_no_part_of_a_hang(void **state)
{
	const struct crash_buckets buckets = buckets_of(hung(0x40, 0x50));

	(void)state;
	assert_int_not_equal(buckets.exact, 0);
	assert_int_equal(buckets_of(hung(0x48, 0x50)).exact, buckets.exact);
	assert_int_equal(buckets_of(hung(0x48, 0x50)).portable,
			 buckets.portable);
	assert_int_not_equal(buckets_of(hung(0x40, 0x58)).exact, buckets.exact);
	/* on a stack of its own: two frames that the machine pushed */
	struct crash crash = hung(0x40, 0x50);
	frames[1] = frame("nt", 0x3000, CRASH_HOW_TRAP_FRAME);
	assert_int_equal(buckets_of(crash).exact, buckets.exact);
	/* where nothing else is known, it will have to do */
	crash = hung(0x40, 0x50);
	crash.stack.count = 5;
	const uint64_t shallow = buckets_of(crash).exact;
	assert_int_not_equal(shallow, 0);
	frames[3].offset = 0x48;
	assert_int_not_equal(buckets_of(crash).exact, shallow);
}

static int begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_deep_the_walk_got_does_not_matter),
		cmocka_unit_test(a_rebuild_changes_exact_and_not_portable),
		cmocka_unit_test(another_function_is_another_bug),
		cmocka_unit_test(recursion_counts_once),
		cmocka_unit_test(scans_alone_join_no_bucket),
		cmocka_unit_test(what_was_learned_past_a_gap_joins_no_bucket),
		cmocka_unit_test(the_code_that_stops_the_machine_is_left_out),
		cmocka_unit_test(a_critical_process_that_ended_is_the_bug),
		cmocka_unit_test(a_check_is_told_by_whose_call_it_checked),
		cmocka_unit_test(where_a_clock_found_it_is_no_part_of_a_hang),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
