#include "indexer/target/oddities.h"

#include "tests/unit.h"
#include "tests/unit/pool.h"

#define CONTEXT 0x8000 /* behind the first page's address */
#define CODE 0x15000   /* in vendor.sys */

static struct memory m;

static const char *const names[] = { "ntoskrnl.exe", "vendor.sys", NULL };

static void start(void)
{
	pool_init(&m, CRASH_X64, 9600);
	pool_modules(&m, names);
}

/* 3B with a CONTEXT: an access violation at ip; registers by their offset. */
static void fault_at(uint64_t ip)
{
	start();
	pool_put(&m, CONTEXT + 0x30, 0x10000b, 4);
	pool_put(&m, CONTEXT + 0x34, 0x1f80, 4);
	pool_put(&m, CONTEXT + 0x118, 0x1f80, 4);
	pool_put(&m, CONTEXT + 0x38, 0x10, 2);
	pool_put(&m, CONTEXT + 0x42, 0x18, 2);
	pool_put(&m, CONTEXT + 0x98, POOL_VA_X64 + 0x9000, 8); /* rsp */
	pool_put(&m, CONTEXT + 0xf8, ip, 8);
	pool_bugcheck(&m, 0x3b, 0xc0000005, ip, POOL_VA_X64 + CONTEXT, 0);
	m.crash.exception.code = CRASH_NUMBER(0xc0000005);
}

/* mov rax, [rcx+10h] at ip, rcx as given */
static void fault_on(uint64_t rcx)
{
	fault_at(POOL_VA_X64 + CODE);
	memcpy(m.raw + CODE, "\x48\x8b\x41\x10", 4);
	pool_put(&m, CONTEXT + 0x80, rcx, 8);
}

static bool has(const char *flag)
{
	return crash_has_flag(&m.crash, flag);
}

static void text_is_told_from_numbers(void **state)
{
	static const struct {
		uint64_t value;
		unsigned width;
		bool ascii, utf16;
	} cases[] = {
		{ 0, 8, false, false },
		{ 0x41414141, 4, true, false },
		{ 0x414141, 4, false, false },
		{ 0x4141414142434445, 8, true, false },
		{ 0x7274532e6c6f6f50, 8, true, false },
		{ 0xfffff80041414141, 8, false, false },
		{ 0xffffffff41414141, 4, true, false },
		{ 0x00420041, 4, false, true },
		{ 0x00420001, 4, false, false },
		{ 0x0041004200430044, 8, false, true },
		{ 0x0000004200430044, 8, false, true },
		{ 0x00430044, 8, false, false },
		{ UINT64_MAX, 8, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			oddities_is_ascii(cases[i].value, cases[i].width),
			cases[i].ascii);
		assert_int_equal(
			oddities_is_utf16(cases[i].value, cases[i].width),
			cases[i].utf16);
	}
}

static void an_argument_states_the_address(void **state)
{
	(void)state;
	start();
	pool_bugcheck(&m, 0xd1, 0x29, 2, 0, POOL_VA_X64 + CODE);
	oddities_examine(&m.target);
	assert_true(has("null-page"));
	assert_int_equal(m.crash.flag_count, 1);
	start();
	pool_bugcheck(&m, 0x50, 0x1000, 0, POOL_VA_X64 + CODE, 0);
	oddities_examine(&m.target);
	assert_int_equal(m.crash.flag_count, 0);
	start();
	pool_bugcheck(&m, 0xa, 0x44434241, 2, 0, POOL_VA_X64 + CODE);
	oddities_examine(&m.target);
	assert_true(has("wild-pointer-ascii"));
}

static void registers_tell_what_the_exception_does_not(void **state)
{
	(void)state;
	fault_on(0x7274532e6c6f6f50);
	oddities_examine(&m.target);
	assert_true(has("wild-pointer-ascii"));
	assert_int_equal(m.crash.flag_count, 1);
	fault_on(0x0041004200430044);
	oddities_examine(&m.target);
	assert_true(has("wild-pointer-utf16"));
	fault_on(0);
	oddities_examine(&m.target);
	assert_true(has("null-page"));
}

static void one_wrong_bit_shows_where_the_right_one_makes_sense(void **state)
{
	(void)state;
	/* the memory is there */
	fault_on((POOL_VA_X64 + 0x100) ^ UINT64_C(1) << 62);
	oddities_examine(&m.target);
	assert_true(has("one-bit-off"));
	/* two bits; none of this machine's memory */
	fault_on((POOL_VA_X64 + 0x100) ^ UINT64_C(3) << 61);
	oddities_examine(&m.target);
	assert_false(has("one-bit-off"));
	fault_on(0xfffff12300000000 ^ UINT64_C(1) << 62);
	oddities_examine(&m.target);
	assert_false(has("one-bit-off"));
	/* another register has it right */
	fault_on(0xfffff12300000000 ^ UINT64_C(1) << 40);
	pool_put(&m, CONTEXT + 0x88, 0xfffff12300000000, 8);
	oddities_examine(&m.target);
	assert_true(has("one-bit-off"));
	/* a neighbour is no error */
	fault_on(0xfffff12300100000);
	pool_put(&m, CONTEXT + 0x88, 0xfffff12300000000, 8);
	oddities_examine(&m.target);
	assert_false(has("one-bit-off"));
}

static void an_instruction_outside_of_modules_is_wild(void **state)
{
	struct crash_unloaded gone = { "gone.sys", 0xfffff80012340000, 0x8000 };

	(void)state;
	fault_at(0xfffff80012345000);
	m.crash.unloaded = &gone;
	m.crash.unloaded_count = 1;
	oddities_examine(&m.target);
	assert_true(has("wild-ip"));
	assert_true(has("ip-unloaded"));
	assert_int_equal(m.crash.flag_count, 2);
	/* on the stack */
	fault_at(POOL_VA_X64 + 0x9100);
	oddities_examine(&m.target);
	assert_true(has("wild-ip"));
	assert_true(has("wild-pointer-stack"));
	/* a process's own code is in no list of the kernel's */
	fault_at(0x7ff612345678);
	oddities_examine(&m.target);
	assert_int_equal(m.crash.flag_count, 0);
	/* one bit off a return address: call; then what follows it */
	fault_at((POOL_VA_X64 + CODE + 5) ^ UINT64_C(1) << 44);
	memcpy(m.raw + CODE, "\xe8\0\1\0\0\x48\x8b\xc8", 8);
	oddities_examine(&m.target);
	assert_true(has("one-bit-off"));
	fault_at((POOL_VA_X64 + CODE + 8) ^ UINT64_C(1) << 44);
	memcpy(m.raw + CODE, "\xe8\0\1\0\0\x48\x8b\xc8", 8);
	oddities_examine(&m.target);
	assert_false(has("one-bit-off"));
}

static void what_the_system_found_itself_is_kept(void **state)
{
	(void)state;
	start();
	pool_bugcheck(&m, 0x1a, 0x41792, 0xffffb20000000000, 0x2000000, 0);
	oddities_examine(&m.target);
	assert_true(has("single-bit-pte"));
	start();
	pool_bugcheck(&m, 0x1a, 0x41792, 0xffffb20000000000, 0x2000001, 0);
	oddities_examine(&m.target);
	assert_int_equal(m.crash.flag_count, 0);
	start();
	pool_bugcheck(&m, 0xc1, POOL_VA_X64, POOL_VA_X64, 0, 0x32);
	oddities_examine(&m.target);
	assert_true(has("single-bit-memory"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_told_from_numbers),
		cmocka_unit_test(an_argument_states_the_address),
		cmocka_unit_test(registers_tell_what_the_exception_does_not),
		cmocka_unit_test(
			one_wrong_bit_shows_where_the_right_one_makes_sense),
		cmocka_unit_test(an_instruction_outside_of_modules_is_wild),
		cmocka_unit_test(what_the_system_found_itself_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
