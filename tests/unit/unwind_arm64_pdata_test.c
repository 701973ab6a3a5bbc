#include "indexer/target/space.h"
#include "indexer/target/unwind.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind_step step;

#define INFO 0x7000
#define CALLER (SCENE_MODULE + 0x2008)

/* Packed data of a function of 0x100 bytes. */
#define PACKED(frame, cr, home, ints, floats)                                  \
	(1u | 0x40u << 2 | (uint32_t)(floats) << 13 | (uint32_t)(ints) << 16 | \
	 (uint32_t)(home) << 20 | (uint32_t)(cr) << 21 |                       \
	 (uint32_t)(frame) / 16 << 23)

static void begin(uint32_t data)
{
	scene_init(&s, CRASH_ARM64);
	scene_headers(&s, 2 * 8);
	scene_function_arm64(&s, 0, 0x1100, data);
	scene_function_arm64(&s, 1, 0x1200, PACKED(0x10, 3, 0, 0, 0));
}

static struct cpu at(uint32_t rva, uint32_t stack)
{
	struct cpu cpu = { .ip = SCENE_MODULE + rva };

	cpu_set(&cpu, CPU_SP_ARM64, SCENE_STACK + stack);
	return cpu;
}

static bool unwinds(const struct cpu *cpu, bool is_inside)
{
	struct unwind unwind;

	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return unwind_arm64_pdata(&unwind, cpu, is_inside, &step);
}

static void check(uint32_t slot, uint32_t stack)
{
	assert_int_equal(step.cpu.ip, CALLER);
	assert_int_equal(step.slot, SCENE_STACK + slot);
	assert_int_equal(step.cpu.reg[CPU_SP_ARM64], SCENE_STACK + stack);
	assert_int_equal(step.how, CRASH_HOW_UNWIND);
}

static void a_packed_frame_keeps_its_chain_at_the_bottom(void **state)
{
	(void)state;
	begin(PACKED(0x60, 3, 0, 3, 0));
	scene_word(&s, 0x100, SCENE_STACK + 0x900);
	scene_word(&s, 0x108, CALLER);
	scene_word(&s, 0x140, 0x1919);
	scene_word(&s, 0x150, 0x2121);
	struct cpu cpu = at(0x1140, 0x80);
	assert_false(unwinds(&cpu, false)); /* x29 is not known */
	cpu_set(&cpu, CPU_FP_ARM64, SCENE_STACK + 0x100);
	assert_true(unwinds(&cpu, false));
	check(0x108, 0x160);
	assert_int_equal(step.cpu.reg[CPU_FP_ARM64], SCENE_STACK + 0x900);
	assert_int_equal(step.cpu.reg[19], 0x1919);
	assert_int_equal(step.cpu.reg[21], 0x2121);
	assert_false(cpu_knows(&step.cpu, CPU_LR_ARM64));
}

static void without_a_chain_the_link_is_behind_the_saved(void **state)
{
	(void)state;
	begin(PACKED(0x50, 1, 1, 1, 0));
	/* 10h bytes of registers, 40h of parameters */
	scene_word(&s, 0x100, 0x1919);
	/* signed: the upper bits are not canonical */
	scene_word(&s, 0x108, CALLER & ~(0x5aull << 48));
	const struct cpu cpu = at(0x1140, 0x100);
	assert_true(unwinds(&cpu, false));
	check(0x108, 0x150);
	assert_int_equal(step.cpu.reg[19], 0x1919);
}

static void half_a_packed_prolog_is_left_to_others(void **state)
{
	(void)state;
	begin(PACKED(0x50, 1, 0, 2, 0));
	struct cpu cpu = at(0x1104, 0x100);
	cpu_set(&cpu, CPU_LR_ARM64, CALLER);
	assert_false(unwinds(&cpu, true));
}

/* stp x19,x20,[sp,-20h]!; stp x21,lr,[sp,10h]; sub sp,sp,30h */
#define CODES "\3\xd6\x42\x24\xe4\xe3\xe3\xe3"

static void put_info(uint32_t head, const char *codes, size_t size)
{
	scene_put(s.raw + INFO, head, 4);
	memcpy(s.raw + INFO + 4, codes, size);
}
#define PUT_INFO(head, text) put_info((head), (text), sizeof(text) - 1)

/* 0x100 bytes, one epilog at the end that shares the codes, two code words */
#define HEAD (0x40u | 1u << 21 | 2u << 27)

static void codes_are_undone_one_by_one(void **state)
{
	(void)state;
	begin(INFO);
	PUT_INFO(HEAD, CODES);
	scene_word(&s, 0x130, 0x1919);
	scene_word(&s, 0x138, 0x2020);
	scene_word(&s, 0x140, 0x2121);
	scene_word(&s, 0x148, CALLER);
	struct cpu cpu = at(0x1140, 0x100);
	/* save_lrpair counts registers in twos: x19 + 2 */
	assert_true(unwinds(&cpu, false));
	check(0x148, 0x150);
	assert_int_equal(step.cpu.reg[19], 0x1919);
	assert_int_equal(step.cpu.reg[20], 0x2020);
	assert_int_equal(step.cpu.reg[21], 0x2121);
	cpu = at(0x1140, 0x100);
	assert_true(unwinds(&cpu, true));
	check(0x148, 0x150);
}

static void in_a_prolog_only_what_ran_is_undone(void **state)
{
	(void)state;
	begin(INFO);
	PUT_INFO(HEAD, CODES);
	scene_word(&s, 0x100, 0x1919);
	struct cpu cpu = at(0x1104, 0x100);
	cpu_set(&cpu, CPU_LR_ARM64, CALLER);
	assert_true(unwinds(&cpu, true));
	assert_int_equal(step.cpu.ip, CALLER);
	assert_int_equal(step.slot, 0); /* it is in the register yet */
	assert_int_equal(step.cpu.reg[CPU_SP_ARM64], SCENE_STACK + 0x120);
	assert_int_equal(step.cpu.reg[19], 0x1919);
}

static void in_an_epilog_the_rest_is_undone(void **state)
{
	(void)state;
	begin(INFO);
	PUT_INFO(HEAD, CODES);
	/* the last instruction is ret; before it the pair of x19 is left */
	scene_word(&s, 0x100, 0x1919);
	struct cpu cpu = at(0x11f8, 0x100);
	cpu_set(&cpu, CPU_LR_ARM64, CALLER);
	assert_true(unwinds(&cpu, true));
	assert_int_equal(step.cpu.ip, CALLER);
	assert_int_equal(step.cpu.reg[CPU_SP_ARM64], SCENE_STACK + 0x120);
}

static void a_frame_pointer_gives_the_stack_back(void **state)
{
	(void)state;
	begin(INFO);
	/* stp x29,lr,[sp,-20h]!; mov x29,sp */
	PUT_INFO(0x40u | 1u << 21 | 1u << 27, "\xe1\x83\xe4\xe3");
	scene_word(&s, 0x200, SCENE_STACK + 0x900);
	scene_word(&s, 0x208, CALLER);
	struct cpu cpu = at(0x1140, 0x100);
	cpu_forget(&cpu, UINT32_C(1) << CPU_SP_ARM64);
	cpu_set(&cpu, CPU_FP_ARM64, SCENE_STACK + 0x200);
	assert_true(unwinds(&cpu, false));
	check(0x208, 0x220);
}

static void save_next_goes_on_where_the_pair_before_ended(void **state)
{
	(void)state;
	begin(INFO);
	/* sub sp; save_next, save_regp x19,[sp,10h]; save_fplr_x */
	PUT_INFO(0x40u | 1u << 21 | 2u << 27, "\1\xe6\xc8\2\x85\xe4\xe3\xe3");
	scene_word(&s, 0x120, 0x1919);
	scene_word(&s, 0x138, 0x2222);
	scene_word(&s, 0x110, 0x2929);
	scene_word(&s, 0x118, CALLER);
	const struct cpu cpu = at(0x1140, 0x100);
	assert_true(unwinds(&cpu, false));
	check(0x118, 0x140);
	assert_int_equal(step.cpu.reg[19], 0x1919);
	assert_int_equal(step.cpu.reg[22], 0x2222);
}

static void what_is_not_understood_says_nothing(void **state)
{
	(void)state;
	const struct cpu cpu = at(0x1140, 0x100);
	begin(INFO);
	PUT_INFO(HEAD, "\xe9\xe4\0\0\0\0\0\0"); /* a machine frame */
	assert_false(unwinds(&cpu, false));
	begin(INFO);
	PUT_INFO(HEAD, "\xe0\0\0\0\xe0\0\0\xe0"); /* cut short */
	assert_false(unwinds(&cpu, false));
	begin(3);
	assert_false(unwinds(&cpu, false));
	begin(0x00fffff0); /* an info that is not there */
	assert_false(unwinds(&cpu, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_packed_frame_keeps_its_chain_at_the_bottom),
		cmocka_unit_test(without_a_chain_the_link_is_behind_the_saved),
		cmocka_unit_test(half_a_packed_prolog_is_left_to_others),
		cmocka_unit_test(codes_are_undone_one_by_one),
		cmocka_unit_test(in_a_prolog_only_what_ran_is_undone),
		cmocka_unit_test(in_an_epilog_the_rest_is_undone),
		cmocka_unit_test(a_frame_pointer_gives_the_stack_back),
		cmocka_unit_test(save_next_goes_on_where_the_pair_before_ended),
		cmocka_unit_test(what_is_not_understood_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
