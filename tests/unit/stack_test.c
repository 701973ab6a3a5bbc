#include "indexer/target/stack.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;

static void examine(void)
{
	space_init(&s.target);
	stack_examine(&s.target);
}

/* Code behind a call: a return address. */
#define BEHIND_CALL(rva, text) (SCENE_CODE(&s, rva, "\xff\xd0" text) + 2)

static void check_frame(size_t index, uint64_t address, enum crash_how how)
{
	assert_true(index < s.crash.stack.count);
	assert_int_equal(s.crash.stack.frames[index].address, address);
	assert_int_equal(s.crash.stack.frames[index].how, how);
}

/* nop; add rsp,20h; pop rbx; ret: from slot to slot 30h bytes */
#define EPILOGUE "\x90\x48\x83\xc4\x20\x5b\xc3"

static void epilogues_lead_from_frame_to_frame(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t inner = SCENE_CODE(&s, 0x1100, EPILOGUE);
	const uint64_t middle = BEHIND_CALL(0x1200, EPILOGUE);
	const uint64_t outer = BEHIND_CALL(0x1300, "\x90\xeb\xfe");
	scene_context(&s, inner, SCENE_STACK + 0x2e10, 0);
	scene_word(&s, 0x2e38, middle);
	scene_word(&s, 0x2e68, outer);
	examine();
	check_frame(0, inner, CRASH_HOW_CONTEXT);
	check_frame(1, middle, CRASH_HOW_EPILOGUE);
	check_frame(2, outer, CRASH_HOW_EPILOGUE);
	assert_int_equal(s.crash.stack.frames[1].slot, SCENE_STACK + 0x2e38);
	assert_string_equal(s.crash.stack.frames[1].module, "driver.sys");
	assert_int_equal(s.crash.stack.frames[1].offset, 0x1202);
}

static void a_jump_to_nowhere_returns_to_the_top_of_the_stack(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t caller = BEHIND_CALL(0x1100, EPILOGUE);
	scene_context(&s, 0x12340000, SCENE_STACK + 0x2008, 0);
	scene_word(&s, 0x2008, caller);
	examine();
	assert_null(s.crash.stack.frames[0].module);
	check_frame(1, caller, CRASH_HOW_EPILOGUE);
}

static void a_scanned_frame_wants_more_than_pointing_at_code(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t start = SCENE_CODE(&s, 0x1100, "\x90\xff\xe0");
	const uint64_t chance = BEHIND_CALL(0x1200, "\x90\xeb\xfe");
	scene_context(&s, start, SCENE_STACK + 0x1000, 0);
	scene_word(&s, 0x1018, chance);
	scene_word(&s, 0x1048, chance);
	examine();
	assert_int_equal(s.crash.stack.count, 1);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_LOST);
	assert_int_equal(s.crash.candidate_count, 2);
}

static void the_head_of_a_chain_is_believed(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t start = SCENE_CODE(&s, 0x1100, "\x90\xff\xe0");
	const uint64_t one = BEHIND_CALL(0x1200, EPILOGUE);
	const uint64_t two = BEHIND_CALL(0x1300, EPILOGUE);
	const uint64_t three = BEHIND_CALL(0x1400, EPILOGUE);
	const uint64_t four = BEHIND_CALL(0x1500, "\x90\xeb\xfe");
	scene_context(&s, start, SCENE_STACK + 0x2d00, 0);
	scene_word(&s, 0x2d28, four); /* leads nowhere */
	scene_word(&s, 0x2d48, one);
	scene_word(&s, 0x2d78, two);
	scene_word(&s, 0x2da8, three);
	scene_word(&s, 0x2dd8, four);
	examine();
	check_frame(1, one, CRASH_HOW_SCAN);
	check_frame(2, two, CRASH_HOW_EPILOGUE);
	check_frame(3, three, CRASH_HOW_EPILOGUE);
	check_frame(4, four, CRASH_HOW_EPILOGUE);
	assert_int_equal(s.crash.stack.count, 5);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

/* So near the base a stack may end, or the walk be lost. */
static void a_stack_is_complete_where_nothing_more_was_called(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t start = SCENE_CODE(&s, 0x1100, EPILOGUE);
	const uint64_t last = BEHIND_CALL(0x1200, "\x90\xeb\xfe");
	scene_context(&s, start, SCENE_STACK + 0x2e10, 0);
	scene_word(&s, 0x2e38, last);
	scene_word(&s, 0x2e48, last); /* its home area, ... */
	scene_word(&s, 0x2e70, last); /* ... and where no call leaves words */
	scene_word(&s, 0x2e78, 0x1234);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

/* Where registers of 512 bits are kept, the room for them lies between. */
static void wide_registers_lie_between_a_thread_and_its_base(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t start = SCENE_CODE(&s, 0x1100, EPILOGUE);
	const uint64_t last = BEHIND_CALL(0x1200, "\x90\xeb\xfe");
	scene_context(&s, start, SCENE_STACK + 0x24f0, 0);
	scene_word(&s, 0x2518, last);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

static void a_walk_that_leaves_words_behind_is_lost(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t start = SCENE_CODE(&s, 0x1100, EPILOGUE);
	const uint64_t last = BEHIND_CALL(0x1200, "\x90\xeb\xfe");
	scene_context(&s, start, SCENE_STACK + 0x2e10, 0);
	scene_word(&s, 0x2e38, last);
	scene_word(&s, 0x2e88, last);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_LOST);
}

/*
 * A deferred call on a stack of its own, 0x1000 bytes, at whose end lies what
 * the thread was left with: add rsp,20h; pop rbx; ret at 2010h.
 */
static uint64_t put_switch(void)
{
	const uint64_t inner = SCENE_CODE(&s, 0x1100, EPILOGUE);
	const uint64_t last = BEHIND_CALL(0x1200, "\x90\xeb\xfe");

	s.modules[0].name = "ntoskrnl.exe";
	s.dump.stack = bytes_part(s.dump.image, SCENE_MODULE_BYTES, 0x1000);
	scene_context(&s, inner, SCENE_STACK + 0x810, 0);
	scene_word(&s, 0x838, last);
	scene_word(&s, 0xfa8, BEHIND_CALL(0x1500, "\x90\xeb\xfe"));
	scene_word(&s, 0xfd8, SCENE_CODE(&s, 0x1310, EPILOGUE));
	scene_word(&s, 0xff0, SCENE_STACK + 0x2010);
	return last;
}

static void stacks_are_switched_at_their_end(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t last = put_switch();
	const uint64_t thread = BEHIND_CALL(0x1400, "\x90\xeb\xfe");
	scene_word(&s, 0x2038, thread);
	examine();
	check_frame(1, last, CRASH_HOW_EPILOGUE);
	check_frame(2, SCENE_MODULE + 0x1502, CRASH_HOW_SCAN);
	check_frame(3, SCENE_MODULE + 0x1310, CRASH_HOW_TRAP_FRAME);
	check_frame(4, thread, CRASH_HOW_EPILOGUE);
	assert_int_equal(s.crash.stack.count, 5);
	assert_int_equal(s.crash.stack.frames[4].slot, SCENE_STACK + 0x2038);
}

static void what_is_no_stack_was_not_switched_from(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	put_switch();
	scene_word(&s, 0x2038, 0x1234);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
}

/* Each leads to the other: it ends all the same. */
static void switches_that_go_round_end(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	put_switch();
	scene_word(&s, 0x2038, BEHIND_CALL(0x1400, "\x90\xeb\xfe"));
	scene_word(&s, 0x2fa8, SCENE_MODULE + 0x1502);
	scene_word(&s, 0x2fd8, SCENE_MODULE + 0x1310);
	scene_word(&s, 0x2ff0, SCENE_STACK + 0x810);
	examine();
	assert_true(s.crash.stack.count < 20);
}

static void frame_pointers_chain_on_arm64(void **state)
{
	(void)state;
	scene_init(&s, CRASH_ARM64);
	scene_context(&s, SCENE_MODULE + 0x1000, SCENE_STACK + 0x100,
		      SCENE_STACK + 0x140);
	scene_word(&s, 0x140, SCENE_STACK + 0x200);
	/* a signed return address: its upper bits are not canonical */
	scene_word(&s, 0x148, (SCENE_MODULE + 0x2000) & ~(0x5aull << 48));
	scene_word(&s, 0x200, 0);
	scene_word(&s, 0x208, 0);
	examine();
	check_frame(1, SCENE_MODULE + 0x2000, CRASH_HOW_FRAME_POINTER);
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

static void frame_pointers_end_at_the_frame_before_the_first(void **state)
{
	(void)state;
	scene_init(&s, CRASH_ARM64);
	scene_context(&s, SCENE_MODULE + 0x1000, SCENE_STACK + 0x100,
		      SCENE_STACK + 0x140);
	scene_word(&s, 0x140, 0);
	scene_word(&s, 0x148, SCENE_MODULE + 0x2000);
	scene_word(&s, 0x2ff0, SCENE_MODULE + 0x3000);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

static void frame_pointers_cross_a_trap_on_arm64(void **state)
{
	(void)state;
	scene_init(&s, CRASH_ARM64);
	scene_context(&s, SCENE_MODULE + 0x1000, SCENE_STACK + 0x100,
		      SCENE_STACK + 0x140);
	scene_word(&s, 0x140, SCENE_STACK + 0x300);
	scene_word(&s, 0x148, SCENE_MODULE + 0x2000);
	/* bl 3000h: a function without a frame was interrupted */
	SCENE_CODE(&s, 0x3ffc, "\x01\xfc\xff\x97");
	scene_word(&s, 0x300 - 0xb0, 0x60001144);
	scene_word(&s, 0x300 - 0xa8, SCENE_STACK + 0x530);
	scene_word(&s, 0x300 - 8, SCENE_MODULE + 0x4000);
	scene_word(&s, 0x300, SCENE_STACK + 0x600);
	scene_word(&s, 0x308, SCENE_MODULE + 0x3010);
	scene_word(&s, 0x600, 0);
	scene_word(&s, 0x608, SCENE_MODULE + 0x5000);
	examine();
	check_frame(1, SCENE_MODULE + 0x2000, CRASH_HOW_FRAME_POINTER);
	check_frame(2, SCENE_MODULE + 0x3010, CRASH_HOW_TRAP_FRAME);
	check_frame(3, SCENE_MODULE + 0x4000, CRASH_HOW_EPILOGUE);
	check_frame(4, SCENE_MODULE + 0x5000, CRASH_HOW_FRAME_POINTER);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

static void frame_pointers_that_turn_back_end_the_walk(void **state)
{
	(void)state;
	scene_init(&s, CRASH_ARM64);
	scene_context(&s, SCENE_MODULE + 0x1000, SCENE_STACK + 0x100,
		      SCENE_STACK + 0x140);
	scene_word(&s, 0x140, SCENE_STACK + 0x140);
	scene_word(&s, 0x148, SCENE_MODULE + 0x2000);
	examine();
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_not_equal(s.crash.stack.end, CRASH_STACK_COMPLETE);
}

static void frame_pointers_cross_a_trap_on_x86(void **state)
{
	const uint32_t trap = 0x300;

	(void)state;
	scene_init(&s, CRASH_X86);
	memset(s.raw + 0x1000, 0x90, 0x4000); /* code without an end */
	SCENE_CODE(&s, 0x1ffb, "\xe8\0\0\0\0\xf4");
	SCENE_CODE(&s, 0x3000, "\xf4");
	SCENE_CODE(&s, 0x1000, "\xf4");
	scene_context(&s, SCENE_MODULE32 + 0x1000, SCENE_STACK32 + 0x100,
		      SCENE_STACK32 + 0x140);
	scene_word(&s, 0x140, SCENE_STACK32 + trap);
	scene_word(&s, 0x144, SCENE_MODULE32 + 0x2000);
	scene_word(&s, trap + 0x50, 0x30);
	scene_word(&s, trap + 0x60, 0);
	scene_word(&s, trap + 0x68, SCENE_MODULE32 + 0x3000);
	scene_word(&s, trap + 0x6c, 8);
	scene_word(&s, trap + 0x70, 0x10202);
	examine();
	check_frame(1, SCENE_MODULE32 + 0x2000, CRASH_HOW_FRAME_POINTER);
	check_frame(2, SCENE_MODULE32 + 0x3000, CRASH_HOW_TRAP_FRAME);
}

/* push ebp; mov ebp,esp: ebp is the caller's still. */
static void a_function_that_just_began_has_no_frame_on_x86(void **state)
{
	(void)state;
	for (unsigned called = 0; called < 2; called++) {
		scene_init(&s, CRASH_X86);
		/* its own code is there, or the call of it */
		const uint64_t ip = called ? SCENE_CODE(&s, 0x1000, "\xf4")
					   : SCENE_CODE(&s, 0x1000,
							"\x8b\xff\x55\x8b\xec"
							"\xf4");
		const uint64_t caller =
			called ? SCENE_CODE(&s, 0x1ffb,
					    "\xe8\0\xf0\xff\xff\xf4") +
					 5
			       : BEHIND_CALL(0x2000, "\xf4");
		const uint64_t outer = BEHIND_CALL(0x3000, "\xf4");
		scene_context(&s, ip, SCENE_STACK32 + 0x100,
			      SCENE_STACK32 + 0x140);
		scene_word(&s, 0x100, caller);
		scene_word(&s, 0x140, 0);
		scene_word(&s, 0x144, outer);
		examine();
		check_frame(1, caller, CRASH_HOW_EPILOGUE);
		check_frame(2, outer, CRASH_HOW_FRAME_POINTER);
	}
}

static void the_walk_begins_in_the_trap_frame_that_fits(void **state)
{
	const uint32_t trap = 0x1000;

	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t ip = SCENE_CODE(&s, 0x1100, "\x90\xff\xe0");
	const uint64_t at = SCENE_STACK + trap;
	s.crash.bugcheck.code = CRASH_NUMBER(0xd1);
	s.crash.bugcheck.args[0] = CRASH_NUMBER(0x29);
	s.crash.bugcheck.args[3] = CRASH_NUMBER(ip);
	scene_context(&s, SCENE_MODULE + 0x4000, SCENE_STACK + 8, 0);
	scene_word(&s, trap + 0x168, ip);
	scene_word(&s, trap + 0x170, 0x10);
	scene_word(&s, trap + 0x178, 0x10246);
	scene_word(&s, trap + 0x180, at + 0x190);
	scene_word(&s, trap + 0x188, 0x18);
	examine();
	check_frame(0, ip, CRASH_HOW_TRAP_FRAME);
	assert_string_equal(s.crash.fault.module, "driver.sys");
	assert_int_equal(s.crash.fault.how, CRASH_FAULT_ARGUMENT);
	assert_int_equal(s.crash.fault.trust, CRASH_STATED);
}

static void an_instruction_without_a_context_is_a_stack_of_one(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	s.crash.bugcheck.code = CRASH_NUMBER(0xd1);
	s.crash.bugcheck.args[3] = CRASH_NUMBER(SCENE_MODULE + 0x1234);
	scene_context(&s, SCENE_MODULE + 0x4000, SCENE_STACK + 8, 0);
	examine();
	assert_int_equal(s.crash.stack.count, 1);
	check_frame(0, SCENE_MODULE + 0x1234, CRASH_HOW_CONTEXT);
}

/* Every word a return address, everywhere code that returns at once. */
static void a_stack_full_of_return_addresses_ends(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	for (uint32_t rva = 0x1000; rva < SCENE_MODULE_BYTES; rva += 2)
		SCENE_CODE(&s, rva, "\x5b\xc3");
	for (uint32_t at = 0; at < SCENE_STACK_BYTES; at += 8)
		scene_word(&s, at, SCENE_MODULE + 0x1000 + at % 0x4000);
	scene_context(&s, SCENE_MODULE + 0x2000, SCENE_STACK + 0x10, 0);
	examine();
	assert_true(s.crash.stack.count <= 256);
	assert_int_not_equal(s.crash.stack.end, CRASH_STACK_ABSENT);
}

static void a_context_that_points_nowhere_ends_at_once(void **state)
{
	static const enum crash_arch archs[] = { CRASH_X86, CRASH_X64,
						 CRASH_ARM64 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		scene_init(&s, archs[i]);
		scene_context(&s, UINT64_MAX - 3, UINT64_MAX - 7,
			      UINT64_MAX - 15);
		examine();
		assert_true(s.crash.stack.count <= 1);
		assert_int_equal(s.crash.stack.end, CRASH_STACK_ABSENT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(epilogues_lead_from_frame_to_frame),
		cmocka_unit_test(
			a_jump_to_nowhere_returns_to_the_top_of_the_stack),
		cmocka_unit_test(
			a_scanned_frame_wants_more_than_pointing_at_code),
		cmocka_unit_test(the_head_of_a_chain_is_believed),
		cmocka_unit_test(
			a_stack_is_complete_where_nothing_more_was_called),
		cmocka_unit_test(
			wide_registers_lie_between_a_thread_and_its_base),
		cmocka_unit_test(a_walk_that_leaves_words_behind_is_lost),
		cmocka_unit_test(stacks_are_switched_at_their_end),
		cmocka_unit_test(what_is_no_stack_was_not_switched_from),
		cmocka_unit_test(switches_that_go_round_end),
		cmocka_unit_test(frame_pointers_chain_on_arm64),
		cmocka_unit_test(
			frame_pointers_end_at_the_frame_before_the_first),
		cmocka_unit_test(frame_pointers_cross_a_trap_on_arm64),
		cmocka_unit_test(frame_pointers_that_turn_back_end_the_walk),
		cmocka_unit_test(frame_pointers_cross_a_trap_on_x86),
		cmocka_unit_test(
			a_function_that_just_began_has_no_frame_on_x86),
		cmocka_unit_test(the_walk_begins_in_the_trap_frame_that_fits),
		cmocka_unit_test(
			an_instruction_without_a_context_is_a_stack_of_one),
		cmocka_unit_test(a_stack_full_of_return_addresses_ends),
		cmocka_unit_test(a_context_that_points_nowhere_ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
