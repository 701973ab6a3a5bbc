#include "indexer/target/trap.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct code *code;
static struct trap trap;

#define AT 0x1000
#define IP (SCENE_MODULE + 0x1230)

static void ready(void)
{
	space_init(&s.target);
	code = code_create(&s.target);
}

static void put_x64(uint32_t at, uint64_t ip, unsigned cs, uint64_t sp)
{
	scene_word(&s, at + 0xd0, 0x29);
	scene_word(&s, at + 0x158, 0xbbbb);
	scene_word(&s, at + 0x168, ip);
	scene_word(&s, at + 0x170, cs);
	scene_word(&s, at + 0x178, 0x10246);
	scene_word(&s, at + 0x180, sp);
	scene_word(&s, at + 0x188, cs == 0x10 ? 0x18 : 0x2b);
}

static void put_kernel(uint32_t at, uint64_t ip)
{
	put_x64(at, ip, 0x10, SCENE_STACK + at + 0x190);
}

static void the_interrupted_stack_begins_above_its_frame(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	put_kernel(AT, IP);
	ready();
	assert_true(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	assert_int_equal(trap.cpu.ip, IP);
	assert_int_equal(trap.cpu.reg[CPU_SP], SCENE_STACK + AT + 0x190);
	assert_int_equal(trap.cpu.reg[CPU_BP], 0xbbbb);
	assert_int_equal(trap.fault_address, 0x29);
	assert_false(trap.is_user);
	assert_false(cpu_knows(&trap.cpu, CPU_BX)); /* nobody saved it */

	put_x64(AT, IP, 0x10, SCENE_STACK + AT + 0x400);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
}

static void selectors_and_flags_must_be_possible(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	ready();
	put_kernel(AT, IP);
	scene_word(&s, AT + 0x170, 0x11);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	put_kernel(AT, IP);
	scene_word(&s, AT + 0x178, 0x10244);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	put_kernel(AT, 0x1234);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
}

/* The last two words are not saved: only in the kernel are they known. */
static void a_frame_that_is_cut_before_its_stack_pointer(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	put_kernel(AT, IP);
	s.ranges[0].size = AT + 0x180;
	ready();
	assert_true(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	assert_int_equal(trap.cpu.ip, IP);
	assert_int_equal(trap.cpu.reg[CPU_SP], SCENE_STACK + AT + 0x190);
	put_x64(AT, 0x7ff612345678, 0x33, 0x1000);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
}

/* The interrupted stack begins 230h bytes above the record. */
static void put_arm64(uint32_t at, uint32_t spsr, uint64_t ip, uint64_t sp)
{
	scene_word(&s, at - 0xb0, spsr | UINT64_C(0x96000007) << 32);
	scene_word(&s, at - 0xa8, sp);
	scene_word(&s, at - 0xa0, 0x1010);
	scene_word(&s, at - 0x10, 0x1818);
	scene_word(&s, at - 8, SCENE_MODULE + 0x2000);
	scene_word(&s, at, SCENE_STACK + 0x2000);
	scene_word(&s, at + 8, ip);
}

static void arm64_frames_are_records_of_their_chain(void **state)
{
	const uint64_t sp = SCENE_STACK + AT + 0x230;

	(void)state;
	scene_init(&s, CRASH_ARM64);
	put_arm64(AT, 0x60001144, IP, sp);
	ready();
	assert_true(trap_at_record(&s.target, code, SCENE_STACK + AT, &trap));
	assert_int_equal(trap.cpu.ip, IP);
	assert_int_equal(trap.cpu.reg[CPU_SP_ARM64], sp);
	assert_int_equal(trap.cpu.reg[0], 0x1010);
	assert_int_equal(trap.cpu.reg[18], 0x1818);
	assert_int_equal(trap.cpu.reg[CPU_LR_ARM64], SCENE_MODULE + 0x2000);
	assert_int_equal(trap.cpu.reg[CPU_FP_ARM64], SCENE_STACK + 0x2000);
	assert_false(cpu_knows(&trap.cpu, 19)); /* nobody saved it here */
	assert_false(trap.is_user);
	assert_true(trap_find(&s.target, code, SCENE_STACK,
			      SCENE_STACK + 0x2000, IP, 0, &trap));
	assert_int_equal(trap.va, SCENE_STACK + AT);
	assert_false(trap_find(&s.target, code, SCENE_STACK,
			       SCENE_STACK + 0x2000, IP + 4, 0, &trap));

	put_arm64(AT, 0x60001144, IP, SCENE_STACK + AT - 0x10);
	assert_false(trap_at_record(&s.target, code, SCENE_STACK + AT, &trap));
	put_arm64(AT, 0x60001148, IP, sp); /* no such mode */
	assert_false(trap_at_record(&s.target, code, SCENE_STACK + AT, &trap));
	put_arm64(AT, 0x60001144, 0x1234, sp);
	assert_false(trap_at_record(&s.target, code, SCENE_STACK + AT, &trap));
	put_arm64(AT, 0x60001000, 0x7ff612345678, 0x7ff0001000);
	assert_true(trap_at_record(&s.target, code, SCENE_STACK + AT, &trap));
	assert_true(trap.is_user);
}

static void a_jump_to_nowhere_faults_where_it_is(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	put_kernel(AT, 0x29);
	ready();
	assert_true(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	assert_int_equal(trap.cpu.ip, 0x29);
}

static void above_a_system_call_lie_its_arguments(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	ready();
	put_x64(AT, 0x7ff612340000, 0x33, 0x5fc000);
	assert_true(
		trap_above(&s.target, code, SCENE_STACK + AT - 0x70, &trap));
	assert_true(trap.is_user);
	assert_int_equal(trap.va, SCENE_STACK + AT);
	assert_false(
		trap_above(&s.target, code, SCENE_STACK + AT - 0x90, &trap));
	/* the kernel's own lies right there */
	put_kernel(AT, IP);
	assert_true(trap_above(&s.target, code, SCENE_STACK + AT, &trap));
	assert_false(
		trap_above(&s.target, code, SCENE_STACK + AT - 0x10, &trap));
}

static void the_nearest_that_fits_is_found(void **state)
{
	const uint64_t low = SCENE_STACK, high = SCENE_STACK + 0x2000;

	(void)state;
	scene_init(&s, CRASH_X64);
	put_kernel(0x400, SCENE_MODULE + 0x2000);
	put_kernel(0x800, IP);
	put_kernel(0xc00, IP);
	ready();
	assert_true(trap_find(&s.target, code, low, high, IP, 0, &trap));
	assert_int_equal(trap.va, SCENE_STACK + 0x800);
	assert_true(trap_find(&s.target, code, low, high, 0, 0x29, &trap));
	assert_int_equal(trap.va, SCENE_STACK + 0x400);
	assert_false(trap_find(&s.target, code, low, high, 0, 0x2a, &trap));
	assert_false(
		trap_find(&s.target, code, low, low + 0x700, IP, 0, &trap));
}

static void a_32_bit_frame_has_its_own_shape(void **state)
{
	const uint32_t ip = SCENE_MODULE32 + 0x1230;

	(void)state;
	scene_init(&s, CRASH_X86);
	scene_word(&s, AT + 0x50, 0x30);
	scene_word(&s, AT + 0x5c, 0xb0b0);
	scene_word(&s, AT + 0x60, 0xbbbb);
	scene_word(&s, AT + 0x64, 2);
	scene_word(&s, AT + 0x68, ip);
	scene_word(&s, AT + 0x6c, 8);
	scene_word(&s, AT + 0x70, 0x10202);
	ready();
	assert_true(trap_at(&s.target, code, SCENE_STACK32 + AT, &trap));
	assert_int_equal(trap.cpu.ip, ip);
	assert_int_equal(trap.cpu.reg[CPU_BP], 0xbbbb);
	assert_int_equal(trap.cpu.reg[CPU_BX], 0xb0b0);
	/* the processor pushed no stack pointer: it is right above */
	assert_int_equal(trap.cpu.reg[CPU_SP], SCENE_STACK32 + AT + 0x74);
	scene_word(&s, AT + 0x6c, 0x1b);
	scene_word(&s, AT + 0x74, 0x12f000);
	scene_word(&s, AT + 0x78, 0x23);
	assert_true(trap_at(&s.target, code, SCENE_STACK32 + AT, &trap));
	assert_true(trap.is_user);
	assert_int_equal(trap.cpu.reg[CPU_SP], 0x12f000);
}

/* The page lies on the stack here: all that counts is that it is no module. */
static void a_guest_waits_for_its_hypervisor_outside_of_modules(void **state)
{
	(void)state;
	scene_init(&s, CRASH_X64);
	memcpy(s.raw + SCENE_MODULE_BYTES, "\x0f\x01\xc1\xc3", 4);
	put_kernel(AT, SCENE_STACK + 3);
	ready();
	assert_true(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
	memcpy(s.raw + SCENE_MODULE_BYTES, "\x0f\x01\xc2\xc3", 4);
	assert_false(trap_at(&s.target, code, SCENE_STACK + AT, &trap));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interrupted_stack_begins_above_its_frame),
		cmocka_unit_test(selectors_and_flags_must_be_possible),
		cmocka_unit_test(a_frame_that_is_cut_before_its_stack_pointer),
		cmocka_unit_test(arm64_frames_are_records_of_their_chain),
		cmocka_unit_test(a_jump_to_nowhere_faults_where_it_is),
		cmocka_unit_test(above_a_system_call_lie_its_arguments),
		cmocka_unit_test(the_nearest_that_fits_is_found),
		cmocka_unit_test(a_32_bit_frame_has_its_own_shape),
		cmocka_unit_test(
			a_guest_waits_for_its_hypervisor_outside_of_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
