#include "indexer/target/start.h"

#include "indexer/target/space.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct start start;

#define IP (SCENE_MODULE + 0x1230)
#define STOPPED (SCENE_MODULE + 0x4000)

static void begin(uint64_t code)
{
	scene_init(&s, CRASH_X64);
	s.crash.bugcheck.code = CRASH_NUMBER(code);
	scene_context(&s, STOPPED, SCENE_STACK + 8, 0);
}

static void set(unsigned n, uint64_t value)
{
	s.crash.bugcheck.args[n - 1] = CRASH_NUMBER(value);
}

/* A CONTEXT on the stack. */
static void put_context(uint32_t at, uint64_t ip)
{
	uint8_t header[SCENE_CONTEXT_BYTES];

	memcpy(header, s.context, sizeof(header));
	scene_context(&s, ip, SCENE_STACK + 0x2000, 0);
	memcpy(s.raw + SCENE_MODULE_BYTES + at, s.context, sizeof(header));
	memcpy(s.context, header, sizeof(header));
}

static void put_trap(uint32_t at, uint64_t ip, uint64_t address)
{
	scene_word(&s, at + 0xd0, address);
	scene_word(&s, at + 0x168, ip);
	scene_word(&s, at + 0x170, 0x10);
	scene_word(&s, at + 0x178, 0x10246);
	scene_word(&s, at + 0x180, SCENE_STACK + at + 0x190);
	scene_word(&s, at + 0x188, 0x18);
}

static bool finds(void)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	return start_find(&unwind, &start);
}

static void check(uint64_t ip, enum crash_how how, bool is_fault)
{
	assert_true(finds());
	assert_int_equal(start.cpu.ip, ip);
	assert_int_equal(start.how, how);
	assert_int_equal(start.is_fault, is_fault);
}

static void an_argument_leads_to_a_context(void **state)
{
	(void)state;
	begin(0x3b);
	put_context(0x1000, IP);
	set(2, IP);
	set(3, SCENE_STACK + 0x1000);
	check(IP, CRASH_HOW_CONTEXT, true);
	assert_int_equal(start.cpu.reg[CPU_SP], SCENE_STACK + 0x2000);
}

static void a_context_of_something_else_is_not_believed(void **state)
{
	(void)state;
	begin(0x3b);
	put_context(0x1000, SCENE_MODULE + 0x2000);
	set(2, IP);
	set(3, SCENE_STACK + 0x1000);
	check(IP, CRASH_HOW_CONTEXT, true);
	assert_true(start.is_bare);
}

static void behind_a_breakpoint_the_argument_counts(void **state)
{
	(void)state;
	begin(0x3b);
	put_context(0x1000, IP + 1);
	set(2, IP);
	set(3, SCENE_STACK + 0x1000);
	check(IP, CRASH_HOW_CONTEXT, true);
	assert_false(start.is_bare);
}

static void a_trap_frame_on_the_stack_fits_an_argument(void **state)
{
	(void)state;
	begin(0xd1);
	put_trap(0x400, SCENE_MODULE + 0x2000, 0x29);
	put_trap(0x800, IP, 0x29);
	set(1, 0x29);
	set(4, IP);
	check(IP, CRASH_HOW_TRAP_FRAME, true);
	assert_int_equal(start.cpu.reg[CPU_SP], SCENE_STACK + 0x990);
}

static void what_was_passed_to_the_stop_is_kept_in_its_home(void **state)
{
	(void)state;
	begin(0x50);
	put_trap(0x800, IP, 0x1234);
	set(1, 0xfffff80099990000);
	set(3, IP);
	scene_word(&s, 0x20, SCENE_STACK + 0x800);
	check(IP, CRASH_HOW_TRAP_FRAME, true);
}

static void a_context_may_lie_on_the_stack(void **state)
{
	(void)state;
	begin(0x1e);
	put_context(0x1800, IP);
	set(1, 0xc0000005);
	set(2, IP);
	check(IP, CRASH_HOW_CONTEXT, true);
	assert_false(start.is_bare);
}

static void without_a_fault_the_header_tells(void **state)
{
	(void)state;
	begin(0xef);
	check(STOPPED, CRASH_HOW_CONTEXT, false);
	s.dump.context = bytes_absent();
	assert_false(finds());
}

static void a_process_without_context_has_its_exception(void **state)
{
	(void)state;
	begin(0);
	s.crash.bugcheck.code = CRASH_UNKNOWN;
	s.crash.image.kind = CRASH_USER_MINI;
	s.crash.exception.address = CRASH_NUMBER(IP);
	s.dump.context = bytes_absent();
	check(IP, CRASH_HOW_CONTEXT, true);
	assert_true(start.is_bare);
}

static void a_hung_processor_is_where_its_own_context_says(void **state)
{
	const uint32_t prcb = 0x2000;

	(void)state;
	begin(0x101);
	put_context(0x1000, IP);
	set(1, 0x31);
	set(3, SCENE_STACK + prcb);
	set(4, 2);
	uint8_t kdbg[0x380] = { 0 };
	scene_put(kdbg + 0x338, 0x100, 2); /* where PRCBs point at contexts */
	s.target.kdbg = bytes_of(kdbg, sizeof(kdbg));
	scene_word(&s, prcb + 0x100, SCENE_STACK + 0x1000);
	check(IP, CRASH_HOW_CONTEXT, false);
	/* it could not be frozen: its context is zero */
	memset(s.raw + SCENE_MODULE_BYTES + 0x1000, 0, SCENE_CONTEXT_BYTES);
	check(STOPPED, CRASH_HOW_CONTEXT, false);
}

static void the_exception_is_in_arguments_or_its_record(void **state)
{
	(void)state;
	begin(0x7e);
	set(1, 0xffffffffc0000005);
	set(2, IP);
	space_init(&s.target);
	start_exception(&s.target);
	assert_int_equal(s.crash.exception.code.value, 0xc0000005);
	assert_int_equal(s.crash.exception.address.value, IP);

	begin(0x24);
	scene_put(s.raw + SCENE_MODULE_BYTES + 0x900, 0xc0000006, 4);
	scene_word(&s, 0x910, IP);
	set(2, SCENE_STACK + 0x900);
	space_init(&s.target);
	start_exception(&s.target);
	assert_int_equal(s.crash.exception.code.value, 0xc0000006);
	assert_int_equal(s.crash.exception.address.value, IP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_argument_leads_to_a_context),
		cmocka_unit_test(a_context_of_something_else_is_not_believed),
		cmocka_unit_test(behind_a_breakpoint_the_argument_counts),
		cmocka_unit_test(a_trap_frame_on_the_stack_fits_an_argument),
		cmocka_unit_test(
			what_was_passed_to_the_stop_is_kept_in_its_home),
		cmocka_unit_test(a_context_may_lie_on_the_stack),
		cmocka_unit_test(without_a_fault_the_header_tells),
		cmocka_unit_test(a_process_without_context_has_its_exception),
		cmocka_unit_test(
			a_hung_processor_is_where_its_own_context_says),
		cmocka_unit_test(the_exception_is_in_arguments_or_its_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
