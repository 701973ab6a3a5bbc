#include "indexer/target/cpu.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct cpu cpu;

static bool reads(enum crash_arch arch)
{
	return cpu_from_context(arch, s.dump.context, &cpu);
}

static void each_architecture_keeps_its_registers_elsewhere(void **state)
{
	static const enum crash_arch archs[] = { CRASH_X86, CRASH_X64,
						 CRASH_ARM64 };
	static const unsigned frame[] = { CPU_BP, CPU_BP, CPU_FP_ARM64 };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		scene_init(&s, archs[i]);
		scene_context(&s, 0x80001234, 0x80402000, 0x80403000);
		assert_true(reads(archs[i]));
		assert_int_equal(cpu.ip, 0x80001234);
		assert_int_equal(cpu_sp(&cpu, archs[i]), 0x80402000);
		assert_true(cpu_knows(&cpu, frame[i]));
		assert_int_equal(cpu.reg[frame[i]], 0x80403000);
	}
}

static void general_registers_go_by_the_machines_numbers(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	scene_context(&s, 1, 0x2000, 0);
	for (unsigned i = 0; i < 16; i++)
		scene_put(s.context + 0x78 + 8 * i, 0x100 + i, 8);
	assert_true(reads(CRASH_X64));
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(cpu.reg[i], 0x100 + i);

	scene_init(&s, CRASH_X86);
	scene_context(&s, 1, 0x2000, 0);
	for (unsigned i = 0; i < 6; i++) /* edi esi ebx edx ecx eax */
		scene_put(s.context + 0x9c + 4 * i, 0x100 + i, 4);
	assert_true(reads(CRASH_X86));
	assert_int_equal(cpu.reg[7], 0x100);
	assert_int_equal(cpu.reg[6], 0x101);
	assert_int_equal(cpu.reg[CPU_BX], 0x102);
	assert_int_equal(cpu.reg[0], 0x105);

	scene_init(&s, CRASH_ARM64);
	scene_context(&s, 1, 0x2000, 0);
	scene_put(s.context + 0xf8, 0x3333, 8);
	assert_true(reads(CRASH_ARM64));
	assert_int_equal(cpu.reg[CPU_LR_ARM64], 0x3333);
}

static void what_does_not_look_like_a_context_is_none(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	assert_false(reads(CRASH_X64)); /* all zero, as of a hung processor */
	scene_context(&s, 1, 0x2000, 0);
	assert_false(reads(CRASH_X86));
	assert_false(reads(CRASH_ARM64));
	assert_false(reads(CRASH_ARCH_UNKNOWN));
	scene_put(s.context + 0x38, 0x11, 2);
	assert_false(reads(CRASH_X64));
	scene_context(&s, 1, 0, 0);
	assert_false(reads(CRASH_X64));
	scene_context(&s, 1, 0x2000, 0);
	assert_false(
		cpu_from_context(CRASH_X64, bytes_of(s.context, 0xf8), &cpu));
}

static void a_context_in_memory_is_a_whole_one(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	scene_context(&s, 0x1234, 0x2000, 0);
	memcpy(s.raw + SCENE_MODULE_BYTES + 0x100, s.context,
	       SCENE_CONTEXT_BYTES);
	space_init(&s.target);
	assert_true(cpu_from_context_at(&s.target, SCENE_STACK + 0x100, &cpu));
	assert_int_equal(cpu.ip, 0x1234);
	/* MxCsr is there twice */
	scene_put(s.raw + SCENE_MODULE_BYTES + 0x134, 0x1f80, 4);
	assert_false(cpu_from_context_at(&s.target, SCENE_STACK + 0x100, &cpu));
	assert_false(cpu_from_context_at(&s.target, 0, &cpu));
	assert_false(cpu_from_context_at(&s.target, 0x1000, &cpu));
}

static void signatures_of_return_addresses_are_taken_off(void **state)
{
	(void)state;
	assert_int_equal(cpu_strip_arm64(0xffa5f80312345678),
			 0xfffff80312345678);
	assert_int_equal(cpu_strip_arm64(0x005a7ff612345678),
			 0x00007ff612345678);
	assert_int_equal(cpu_strip_arm64(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_architecture_keeps_its_registers_elsewhere),
		cmocka_unit_test(general_registers_go_by_the_machines_numbers),
		cmocka_unit_test(what_does_not_look_like_a_context_is_none),
		cmocka_unit_test(a_context_in_memory_is_a_whole_one),
		cmocka_unit_test(signatures_of_return_addresses_are_taken_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
