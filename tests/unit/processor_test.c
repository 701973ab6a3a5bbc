#include "indexer/target/processor.h"

#include "indexer/target/bounds.h"
#include "indexer/target/residue.h"
#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

/*
 * Two processors on one piece of memory: their table at 0, PRCBs, threads; the
 * second one's stack is the second page.
 */
static struct scene s;
static uint8_t kdbg[0x380];
static struct unwind unwind;

#define PRCB(n) (0x100 + (n)*0x200)
#define THREAD(n) (0x200 + (n)*0x200)
#define STACK(n) (SCENE_STACK + 0x1000 * ((n) + 1))

static void begin(uint64_t code)
{
	scene_init(&s, CRASH_X64);
	memset(kdbg, 0, sizeof(kdbg));
	scene_put(kdbg + 0x218, SCENE_STACK, 8); /* table of processors */
	scene_put(kdbg + 0x29e, 0x28, 2);	 /* initial stack of a thread */
	scene_put(kdbg + 0x2b4, 8, 2);		 /* current thread of a PRCB */
	scene_put(kdbg + 0x338, 0x10, 2);	 /* context of a PRCB */
	s.target.kdbg = bytes_of(kdbg, sizeof(kdbg));
	s.crash.machine.cpus = CRASH_NUMBER(2);
	s.crash.bugcheck.code = CRASH_NUMBER(code);
	s.dump.stack = bytes_absent();
	for (unsigned n = 0; n < 2; n++) {
		scene_word(&s, 8 * n, SCENE_STACK + PRCB(n));
		scene_word(&s, PRCB(n) + 8, SCENE_STACK + THREAD(n));
		scene_word(&s, THREAD(n) + 0x28, STACK(n) + 0xd50);
		scene_word(&s, THREAD(n) + 0x30, STACK(n));
	}
	scene_context(&s, SCENE_MODULE + 0x1000, STACK(0) + 0x100, 0);
}

static void ready(void)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
}

static void a_thread_has_a_stack_of_whole_pages(void **state)
{
	struct processor processor;
	uint64_t low, high;

	(void)state;
	begin(0x101);
	ready();
	assert_true(processor_find(&s.target, 1, &processor));
	assert_int_equal(processor.thread, SCENE_STACK + THREAD(1));
	assert_true(processor_stack(&s.target, &processor, &low, &high));
	assert_int_equal(low, STACK(1));
	assert_int_equal(high, STACK(1) + 0x1000);
	assert_false(processor_find(&s.target, 2, &processor));
	/* debuggers are told where the base is since 8 */
	scene_put(kdbg + 0x344, 0x38, 2);
	scene_word(&s, THREAD(1) + 0x38, STACK(1) + 0x2000);
	assert_true(processor_stack(&s.target, &processor, &low, &high));
	assert_int_equal(high, STACK(1) + 0x2000);
	scene_word(&s, THREAD(1) + 0x30, STACK(1) + 8);
	assert_false(processor_stack(&s.target, &processor, &low, &high));
}

static void a_stack_ends_with_its_thread_not_with_memory(void **state)
{
	(void)state;
	begin(0xd1);
	ready();
	bounds_stopped(&unwind);
	assert_int_equal(unwind.low, STACK(0) + 0x100);
	assert_int_equal(unwind.high, STACK(0) + 0x1000);
	assert_false(unwind.is_limited);
	/* further up on the same stack: the same */
	bounds_set(&unwind, STACK(0) + 0x400);
	assert_int_equal(unwind.low, STACK(0) + 0x100);
	/* on no thread's: as far as memory goes */
	bounds_set(&unwind, SCENE_STACK + 0x800);
	assert_int_equal(unwind.low, SCENE_STACK + 0x800);
	assert_int_equal(unwind.high, SCENE_STACK + SCENE_STACK_BYTES);
	bounds_set(&unwind, UINT64_MAX - 7);
	assert_int_equal(unwind.low, unwind.high);
}

static void what_was_saved_by_name_is_the_stack(void **state)
{
	(void)state;
	begin(0xd1);
	s.dump.stack =
		bytes_part(s.dump.image, SCENE_MODULE_BYTES, SCENE_STACK_BYTES);
	ready();
	bounds_stopped(&unwind);
	assert_int_equal(unwind.low, SCENE_STACK);
	assert_int_equal(unwind.high, SCENE_STACK + SCENE_STACK_BYTES);
}

static void a_bugcheck_names_the_one_that_hangs(void **state)
{
	struct processor processor;

	(void)state;
	begin(0x101);
	s.crash.bugcheck.args[2] = CRASH_NUMBER(SCENE_STACK + PRCB(1));
	ready();
	assert_true(processor_hung(&s.target, &processor));
	assert_int_equal(processor.prcb, SCENE_STACK + PRCB(1));
	begin(0x1ca);
	s.crash.bugcheck.args[3] = CRASH_NUMBER(0);
	ready();
	assert_true(processor_hung(&s.target, &processor));
	assert_int_equal(processor.prcb, SCENE_STACK + PRCB(0));
	s.crash.bugcheck.args[3] = CRASH_NUMBER(UINT64_MAX);
	assert_false(processor_hung(&s.target, &processor));
	begin(0xd1);
	ready();
	assert_false(processor_hung(&s.target, &processor));
}

static void a_processor_rests_in_a_thread_of_its_own(void **state)
{
	struct processor processor;

	(void)state;
	begin(0x101);
	scene_word(&s, PRCB(0) + 0x18, SCENE_STACK + THREAD(0));
	scene_word(&s, PRCB(1) + 0x18, SCENE_STACK + THREAD(0));
	ready();
	assert_true(processor_find(&s.target, 0, &processor));
	assert_true(processor_is_idle(&s.target, &processor));
	assert_true(processor_find(&s.target, 1, &processor));
	assert_false(processor_is_idle(&s.target, &processor));
	/* debuggers are told where since 8 */
	scene_put(kdbg + 0x350, 0x40, 2);
	scene_word(&s, PRCB(1) + 0x40, SCENE_STACK + THREAD(1));
	assert_true(processor_is_idle(&s.target, &processor));
}

/* The driver's return address lies on the second processor's stack. */
static void put_residue(void)
{
	const uint64_t ip = SCENE_CODE(&s, 0x1100, "\xff\xd0\x90") + 2;

	scene_word(&s, 0x2340, ip);
	scene_word(&s, 0x2350, ip);
	scene_word(&s, 0x2360, ip + 1); /* behind no call */
	scene_word(&s, 0x2368, 0x1234);
}

static void what_hangs_leaves_traces_on_every_stack(void **state)
{
	(void)state;
	begin(0x101);
	put_residue();
	ready();
	bounds_stopped(&unwind);
	residue_examine(&unwind);
	assert_int_equal(s.crash.residue_count, 1);
	assert_string_equal(s.crash.residue[0].module, "driver.sys");
	assert_int_equal(s.crash.residue[0].count, 2);
}

static void other_processors_have_no_part_in_other_bugchecks(void **state)
{
	(void)state;
	begin(0xd1);
	put_residue();
	ready();
	bounds_stopped(&unwind);
	residue_examine(&unwind);
	assert_int_equal(s.crash.residue_count, 0);
}

static void true_frames_and_modules_of_windows_are_no_residue(void **state)
{
	struct crash_frame frame = { .slot = SCENE_STACK + 0x2340 };

	(void)state;
	begin(0x101);
	put_residue();
	s.crash.stack.frames = &frame;
	s.crash.stack.count = 1;
	ready();
	bounds_stopped(&unwind);
	residue_examine(&unwind);
	assert_int_equal(s.crash.residue[0].count, 1);
	s.modules[0].name = "ntfs.sys";
	s.crash.residue_count = 0;
	residue_examine(&unwind);
	assert_int_equal(s.crash.residue_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_thread_has_a_stack_of_whole_pages),
		cmocka_unit_test(a_stack_ends_with_its_thread_not_with_memory),
		cmocka_unit_test(what_was_saved_by_name_is_the_stack),
		cmocka_unit_test(a_bugcheck_names_the_one_that_hangs),
		cmocka_unit_test(a_processor_rests_in_a_thread_of_its_own),
		cmocka_unit_test(what_hangs_leaves_traces_on_every_stack),
		cmocka_unit_test(
			other_processors_have_no_part_in_other_bugchecks),
		cmocka_unit_test(
			true_frames_and_modules_of_windows_are_no_residue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
