#include "indexer/target/space.h"
#include "indexer/target/unwind.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct unwind_step step;
static uint64_t floor_bytes;

/* Code behind a call: a return address. */
#define BEHIND_CALL(rva, text) (SCENE_CODE(&s, rva, "\xff\xd0" text) + 2)

/* Walk on from ip with the stack pointer so far above the lowest word. */
static bool walk(uint64_t ip, uint32_t stack, uint64_t bp)
{
	struct cpu cpu = { .ip = ip };

	cpu_set(&cpu, CPU_SP, s.stack_va + stack);
	if (bp != 0)
		cpu_set(&cpu, CPU_BP, bp);
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = s.stack_va;
	unwind.high = s.stack_va + SCENE_STACK_BYTES;
	return unwind_epilogue(&unwind, &cpu, &step, &floor_bytes);
}

static void check_caller(uint64_t ip, uint32_t slot, uint32_t sp)
{
	assert_int_equal(step.cpu.ip, ip);
	assert_int_equal(step.slot, s.stack_va + slot);
	assert_int_equal(step.cpu.reg[CPU_SP], s.stack_va + sp);
	assert_int_equal(step.how, CRASH_HOW_EPILOGUE);
}

static void an_epilogue_restores_what_the_caller_had(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	const uint64_t caller = BEHIND_CALL(0x1400, "\x90");
	/* test al,al; jne +1; nop; add rsp,30h; pop rbp; pop rbx; ret */
	const uint64_t ip = SCENE_CODE(
		&s, 0x1200, "\x84\xc0\x75\x01\x90\x48\x83\xc4\x30\x5d\x5b\xc3");
	scene_word(&s, 0x130, 0x1111);
	scene_word(&s, 0x138, 0x2222);
	scene_word(&s, 0x140, caller); /* not where calls leave one */
	scene_word(&s, 0x148, caller);
	assert_false(walk(ip, 0x100, 0)); /* 140h */
	assert_true(walk(ip, 0x108, 0));
	check_caller(caller, 0x148, 0x150);
	assert_int_equal(step.cpu.reg[CPU_BP], 0x2222);
	assert_false(cpu_knows(&step.cpu, CPU_CX));
}

static void locals_tell_how_large_a_frame_is_at_least(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	/* mov [rsp+80h],rax; jmp rax */
	const uint64_t named =
		SCENE_CODE(&s, 0x1200, "\x48\x89\x84\x24\x80\0\0\0\xff\xe0");
	assert_false(walk(named, 0x100, 0));
	assert_int_equal(floor_bytes, 0x60);
}

static void locals_that_are_cleared_lie_in_the_frame(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	/* xor edx,edx; mov r8d,1f0h; lea rcx,[rsp+0f0h]; call rbx; jmp rax */
	const uint64_t cleared =
		SCENE_CODE(&s, 0x1200,
			   "\x33\xd2\x41\xb8\xf0\x01\0\0"
			   "\x48\x8d\x8c\x24\xf0\0\0\0\xff\xd3\xff\xe0");
	assert_false(walk(cleared, 0x100, 0));
	assert_int_equal(floor_bytes, 0x2e0);
	/* mov edx,1 in place of 0: some function with three arguments */
	const uint64_t other =
		SCENE_CODE(&s, 0x1300,
			   "\xba\x01\0\0\0\x41\xb8\xf0\x01\0\0"
			   "\x48\x8d\x8c\x24\xf0\0\0\0\xff\xd3\xff\xe0");
	assert_false(walk(other, 0x100, 0));
	assert_int_equal(floor_bytes, 0xd0);
	/* mov rcx,rbp: a local of whoever called */
	const uint64_t theirs = SCENE_CODE(&s, 0x1400,
					   "\x33\xd2\x41\xb8\xf0\x01\0\0"
					   "\x48\x89\xe9\xff\xd3\xff\xe0");
	assert_false(walk(theirs, 0x100, s.stack_va + 0x300));
	assert_int_equal(floor_bytes, 0);
}

static void x86_frames_end_in_leave(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X86);
	const uint64_t caller = BEHIND_CALL(0x1400, "\x90");
	/* leave; ret 8 */
	const uint64_t ip = SCENE_CODE(&s, 0x1200, "\xc9\xc2\x08\x00");
	scene_word(&s, 0x140, 0x1234);
	scene_word(&s, 0x144, caller);
	assert_true(walk(ip, 0x100, s.stack_va + 0x140));
	check_caller(caller, 0x144, 0x150);
	assert_int_equal(step.cpu.reg[CPU_BP], 0x1234);
	/* without ebp nobody knows where */
	assert_false(walk(ip, 0x100, 0));
}

static void x86_code_without_frame_pointers_is_decoded(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X86);
	const uint64_t caller = BEHIND_CALL(0x1400, "\x90");
	/*
	 * add esp,0Ch (arguments of the call); pop edi; pop esi; add esp,14h;
	 * ret 10h
	 */
	const uint64_t ip = SCENE_CODE(&s, 0x1200,
				       "\x83\xc4\x0c\x5f\x5e\x83\xc4\x14"
				       "\xc2\x10\x00");
	scene_word(&s, 0x10c, 0x7777);
	scene_word(&s, 0x128, caller);
	assert_true(walk(ip, 0x100, s.stack_va + 0x200));
	check_caller(caller, 0x128, 0x13c);
	/* nothing touched the caller's frame pointer */
	assert_int_equal(step.cpu.reg[CPU_BP], s.stack_va + 0x200);
}

static void x86_stacks_know_no_odd_slots(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X86);
	const uint64_t caller = BEHIND_CALL(0x1400, "\x90");
	const uint64_t ip = SCENE_CODE(&s, 0x1200, "\x5b\xc3");
	for (uint32_t stack = 0x100; stack < 0x110; stack += 4) {
		scene_word(&s, stack + 4, caller);
		assert_true(walk(ip, stack, 0));
		check_caller(caller, stack + 4, stack + 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_epilogue_restores_what_the_caller_had),
		cmocka_unit_test(locals_tell_how_large_a_frame_is_at_least),
		cmocka_unit_test(locals_that_are_cleared_lie_in_the_frame),
		cmocka_unit_test(x86_frames_end_in_leave),
		cmocka_unit_test(x86_code_without_frame_pointers_is_decoded),
		cmocka_unit_test(x86_stacks_know_no_odd_slots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
