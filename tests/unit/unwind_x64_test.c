#include "indexer/target/space.h"
#include "indexer/target/unwind.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct unwind_step step;

#define INFO 0x7000 /* where unwind infos are put */

/* nop where nothing else is: no epilogue by chance. */
static void begin(void)
{
	scene_init(&s, CRASH_X64);
	memset(s.raw + 0x1000, 0x90, 0x5000);
	scene_headers(&s, 2 * 12);
	scene_function(&s, 0, 0x1100, 0x1200, INFO);
	scene_function(&s, 1, 0x1300, 0x1400, INFO + 0x40);
}

static void put_info(uint32_t rva, const char *bytes, size_t size)
{
	memcpy(s.raw + rva, bytes, size);
}
#define PUT_INFO(rva, text) put_info((rva), (text), sizeof(text) - 1)

static struct cpu at(uint32_t rva, uint32_t stack)
{
	struct cpu cpu = { .ip = SCENE_MODULE + rva };

	cpu_set(&cpu, CPU_SP, SCENE_STACK + stack);
	return cpu;
}

static bool unwinds(const struct cpu *cpu, bool is_inside)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return unwind_x64(&unwind, cpu, is_inside, &step);
}

static void check(uint64_t ip, uint32_t slot, uint32_t stack)
{
	assert_int_equal(step.cpu.ip, ip);
	assert_int_equal(step.slot, SCENE_STACK + slot);
	assert_int_equal(step.cpu.reg[CPU_SP], SCENE_STACK + stack);
}

/* push rbx at 2; sub rsp,20h at 6 */
#define PUSH_AND_ALLOCATE "\1\6\2\0\6\x32\2\x30"

static void a_frame_and_what_it_saved_are_undone(void **state)
{
	(void)state;
	begin();
	PUT_INFO(INFO, PUSH_AND_ALLOCATE);
	scene_word(&s, 0x120, 0xb0b0);
	scene_word(&s, 0x128, SCENE_MODULE + 0x1310);
	const struct cpu cpu = at(0x1140, 0x100);
	assert_true(unwinds(&cpu, false));
	check(SCENE_MODULE + 0x1310, 0x128, 0x130);
	assert_int_equal(step.how, CRASH_HOW_UNWIND);
	assert_true(cpu_knows(&step.cpu, CPU_BX));
	assert_int_equal(step.cpu.reg[CPU_BX], 0xb0b0);
	assert_false(cpu_knows(&step.cpu, CPU_R11));
}

static void what_the_prolog_did_not_do_is_not_undone(void **state)
{
	(void)state;
	begin();
	PUT_INFO(INFO, PUSH_AND_ALLOCATE);
	scene_word(&s, 0x100, 0xb0b0);
	scene_word(&s, 0x108, SCENE_MODULE + 0x1310);
	const struct cpu cpu = at(0x1102, 0x100);
	assert_true(unwinds(&cpu, true));
	check(SCENE_MODULE + 0x1310, 0x108, 0x110);
}

static void a_frame_pointer_gives_the_stack_back(void **state)
{
	(void)state;
	begin();
	/* push rbp; lea rbp,[rsp+10h], then alloca */
	PUT_INFO(INFO, "\1\5\2\x15\5\3\1\x50");
	scene_word(&s, 0x400, 0xbbbb);
	scene_word(&s, 0x408, SCENE_MODULE + 0x1310);
	struct cpu cpu = at(0x1140, 0x100);
	assert_false(unwinds(&cpu, false)); /* rbp is not known */
	cpu_set(&cpu, CPU_BP, SCENE_STACK + 0x410);
	assert_true(unwinds(&cpu, false));
	check(SCENE_MODULE + 0x1310, 0x408, 0x410);
	assert_int_equal(step.cpu.reg[CPU_BP], 0xbbbb);
}

static void a_chained_info_goes_on_in_its_parent(void **state)
{
	(void)state;
	begin();
	/* the second part saves rsi; the first has the frame */
	PUT_INFO(INFO + 0x40, "\x21\5\2\0\5\x64\7\0");
	scene_put(s.raw + INFO + 0x48, 0x1100, 4);
	scene_put(s.raw + INFO + 0x4c, 0x1200, 4);
	scene_put(s.raw + INFO + 0x50, INFO, 4);
	PUT_INFO(INFO, PUSH_AND_ALLOCATE);
	scene_word(&s, 0x138, 0x5151);
	scene_word(&s, 0x120, 0xb0b0);
	scene_word(&s, 0x128, SCENE_MODULE + 0x1110);
	const struct cpu cpu = at(0x1340, 0x100);
	assert_true(unwinds(&cpu, false));
	check(SCENE_MODULE + 0x1110, 0x128, 0x130);
	assert_int_equal(step.cpu.reg[6], 0x5151);
	assert_int_equal(step.cpu.reg[CPU_BX], 0xb0b0);
}

static void a_chain_of_infos_that_turns_round_ends(void **state)
{
	(void)state;
	begin();
	PUT_INFO(INFO, "\x21\0\0\0");
	scene_put(s.raw + INFO + 4, 0x1100, 4);
	scene_put(s.raw + INFO + 8, 0x1200, 4);
	scene_put(s.raw + INFO + 12, INFO, 4);
	const struct cpu cpu = at(0x1140, 0x100);
	assert_false(unwinds(&cpu, false));
}

static void a_machine_frame_leads_to_what_was_interrupted(void **state)
{
	(void)state;
	begin();
	/* sub rsp,20h under a machine frame with an error code */
	PUT_INFO(INFO, "\1\4\2\0\4\x32\0\x1a");
	scene_word(&s, 0x120, 2);
	scene_word(&s, 0x128, SCENE_MODULE + 0x1310);
	scene_word(&s, 0x130, 0x10);
	scene_word(&s, 0x140, SCENE_STACK + 0x800);
	const struct cpu cpu = at(0x1140, 0x100);
	assert_true(unwinds(&cpu, false));
	check(SCENE_MODULE + 0x1310, 0x128, 0x800);
	assert_int_equal(step.how, CRASH_HOW_TRAP_FRAME);
}

static void a_function_without_an_entry_is_a_leaf(void **state)
{
	(void)state;
	begin();
	scene_word(&s, 0x100, SCENE_MODULE + 0x1310);
	const struct cpu cpu = at(0x1250, 0x100);
	assert_true(unwinds(&cpu, true));
	check(SCENE_MODULE + 0x1310, 0x100, 0x108);
	/* but no leaf calls, or returns to data */
	assert_false(unwinds(&cpu, false));
	scene_word(&s, 0x100, 0x1234);
	assert_false(unwinds(&cpu, true));
}

static void half_an_epilogue_is_left_to_the_decoder(void **state)
{
	(void)state;
	begin();
	PUT_INFO(INFO, PUSH_AND_ALLOCATE);
	SCENE_CODE(&s, 0x1180, "\x5b\xc3"); /* pop rbx; ret */
	SCENE_CODE(&s, 0x130e, "\xff\xd0"); /* the call that led there */
	scene_word(&s, 0x100, 0xb0b0);
	scene_word(&s, 0x108, SCENE_MODULE + 0x1310);
	const struct cpu cpu = at(0x1180, 0x100);
	assert_true(unwinds(&cpu, true));
	check(SCENE_MODULE + 0x1310, 0x108, 0x110);
}

static void codes_that_run_over_their_info_say_nothing(void **state)
{
	(void)state;
	begin();
	PUT_INFO(INFO, "\1\4\1\0\4\1"); /* a large allocation without a size */
	const struct cpu cpu = at(0x1140, 0x100);
	assert_false(unwinds(&cpu, false));
}

static void a_function_has_bounds(void **state)
{
	uint64_t from, to;

	(void)state;
	begin();
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	assert_true(unwind_x64_function(&unwind, SCENE_MODULE + 0x1388, &from,
					&to));
	assert_int_equal(from, SCENE_MODULE + 0x1300);
	assert_int_equal(to, SCENE_MODULE + 0x1400);
	assert_false(unwind_x64_function(&unwind, SCENE_MODULE + 0x1200, &from,
					 &to));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_and_what_it_saved_are_undone),
		cmocka_unit_test(what_the_prolog_did_not_do_is_not_undone),
		cmocka_unit_test(a_frame_pointer_gives_the_stack_back),
		cmocka_unit_test(a_chained_info_goes_on_in_its_parent),
		cmocka_unit_test(a_chain_of_infos_that_turns_round_ends),
		cmocka_unit_test(a_machine_frame_leads_to_what_was_interrupted),
		cmocka_unit_test(a_function_without_an_entry_is_a_leaf),
		cmocka_unit_test(half_an_epilogue_is_left_to_the_decoder),
		cmocka_unit_test(codes_that_run_over_their_info_say_nothing),
		cmocka_unit_test(a_function_has_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
