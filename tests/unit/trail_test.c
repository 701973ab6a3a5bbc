#include "indexer/target/trail.h"

#include "indexer/target/space.h"
#include "indexer/target/stack.h"
#include "tests/unit.h"
#include "tests/unit/scene.h"

static struct scene s;
static struct unwind unwind;
static struct trail trail;

enum {
	DISPATCHER = 0x100, /* on the stack */
	TABLE = 0x200,
	SP = 0x2000 /* where the exception happened */
};

static uint64_t entry(unsigned n)
{
	return SCENE_MODULE + SCENE_PDATA + 12 * n;
}

/* Functions 0, 1 and 2 lie at 1000h, 2000h and 3000h, 100h bytes each. */
static void dispatched(unsigned count, uint64_t last_ip)
{
	scene_init(&s, CRASH_X64);
	for (unsigned n = 0; n < 4; n++)
		scene_function(&s, n, 0x1000 * (n + 1),
			       0x1000 * (n + 1) + 0x100, 0);
	scene_word(&s, DISPATCHER, last_ip);
	scene_word(&s, DISPATCHER + 8, SCENE_MODULE);
	scene_word(&s, DISPATCHER + 0x10, entry(count - 1));
	scene_word(&s, DISPATCHER + 0x18, SCENE_STACK + 0x2800);
	scene_word(&s, DISPATCHER + 0x40, SCENE_STACK + TABLE);
	scene_word(&s, TABLE, count);
	scene_word(&s, TABLE + 8, SCENE_MODULE + 0x1000);
	scene_word(&s, TABLE + 0x10, SCENE_MODULE + 0x4100);
	for (unsigned n = 0; n < count; n++) {
		scene_word(&s, TABLE + 0x18 + 0x10 * n, SCENE_MODULE);
		scene_word(&s, TABLE + 0x20 + 0x10 * n, entry(n));
	}
}

static void find(uint32_t rva)
{
	space_init(&s.target);
	unwind_x64_init(&unwind, &s.target);
	unwind.low = SCENE_STACK;
	unwind.high = SCENE_STACK + SCENE_STACK_BYTES;
	trail_find(&unwind, SCENE_MODULE + rva, &trail);
}

static void functions_come_in_the_order_they_were_passed(void **state)
{
	(void)state;
	dispatched(3, SCENE_MODULE + 0x3010);
	find(0x1010);
	assert_int_equal(trail.count, 3);
	assert_int_equal(trail.functions[0].entry, SCENE_PDATA);
	assert_int_equal(trail.functions[2].begin, 0x3000);
	assert_int_equal(trail.functions[2].end, 0x3100);
	assert_ptr_equal(trail.functions[1].module, &s.modules[0]);
	assert_int_equal(trail.last_ip, SCENE_MODULE + 0x3010);
	assert_int_equal(trail.last_frame, SCENE_STACK + 0x2800);
}

static void what_is_no_trail_of_this_exception_is_none(void **state)
{
	static const struct {
		uint32_t at;
		uint64_t word;
	} damage[] = {
		{ DISPATCHER + 8, SCENE_MODULE + 0x1000 }, /* no base */
		{ DISPATCHER + 0x10, SCENE_MODULE + SCENE_PDATA + 2 },
		{ DISPATCHER + 0x10, 0x1234 },
		{ DISPATCHER, SCENE_MODULE + 0x1010 }, /* of another one */
		{ DISPATCHER + 0x40, SCENE_STACK + TABLE + 4 },
		{ DISPATCHER + 0x40, 0xfffff00000000000 },
		{ TABLE, 0 },
		{ TABLE, 13 },
		{ TABLE, 0xffffffff },
		{ TABLE, 2 }, /* where it stood is not in it */
		{ TABLE + 0x10, SCENE_MODULE + 0x1000 },
		{ TABLE + 0x28, SCENE_MODULE + 0x2000 },
		{ TABLE + 0x30, SCENE_STACK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		dispatched(3, SCENE_MODULE + 0x3010);
		scene_word(&s, damage[i].at, damage[i].word);
		find(0x1010);
		assert_int_equal(trail.count, 0);
	}
	dispatched(3, SCENE_MODULE + 0x3010);
	scene_function(&s, 1, 0x2000, 0x2000, 0); /* of no bytes */
	find(0x1010);
	assert_int_equal(trail.count, 0);
}

static void one_that_begins_elsewhere_may_be_of_a_leaf(void **state)
{
	(void)state;
	dispatched(3, SCENE_MODULE + 0x3010);
	find(0x1010);
	assert_false(trail.is_leaf);
	assert_true(trail.has_last);
	find(0x2010);
	assert_int_equal(trail.count, 3);
	assert_true(trail.is_leaf);
	scene_word(&s, TABLE + 8, SCENE_MODULE + 0x2000);
	find(0x1010);
	assert_true(trail.is_leaf);
}

static enum trail_answer ask(uint32_t rva)
{
	return trail_ask(&trail, SCENE_STACK, SCENE_MODULE + rva);
}

static void it_knows_who_is_next_and_who_is_not(void **state)
{
	(void)state;
	dispatched(3, SCENE_MODULE + 0x3010);
	find(0x1010);
	trail_pass(&trail, SCENE_STACK, SCENE_MODULE + 0x1010);
	assert_int_equal(ask(0x2020), TRAIL_NEXT);
	assert_int_equal(ask(0x1020), TRAIL_POSSIBLE);
	assert_int_equal(ask(0x3020), TRAIL_AGAINST);
	trail_pass(&trail, SCENE_STACK,
		   SCENE_MODULE + 0x1020); /* called again */
	trail_pass(&trail, SCENE_STACK, SCENE_MODULE + 0x2020);
	assert_int_equal(ask(0x3020), TRAIL_NEXT);
	trail_pass(&trail, SCENE_STACK, SCENE_MODULE + 0x3020);
	assert_int_equal(ask(0x4020), TRAIL_SILENT);
}

static void without_bounds_modules_must_do(void **state)
{
	(void)state;
	dispatched(2, SCENE_MODULE + 0x2010);
	s.ranges[1].size = SCENE_PDATA; /* the directory is not there */
	find(0x1010);
	assert_int_equal(trail.count, 2);
	assert_int_equal(trail.functions[1].end, 0);
	trail_pass(&trail, SCENE_STACK, SCENE_MODULE + 0x1010);
	assert_int_equal(ask(0x3010), TRAIL_POSSIBLE);
	assert_int_equal(trail_ask(&trail, SCENE_STACK, 0x1234), TRAIL_AGAINST);
}

/* Code behind a call: a return address. */
#define BEHIND_CALL(rva, text) (SCENE_CODE(&s, rva, "\xff\xd0" text) + 2)
/* nop; add rsp,20h; pop rbx; ret: from slot to slot 30h bytes */
#define EPILOGUE "\x90\x48\x83\xc4\x20\x5b\xc3"
#define NOWHERE "\x90\xff\xe0"

static void examine(uint64_t ip)
{
	s.crash.bugcheck.code = CRASH_NUMBER(0xd1);
	for (unsigned i = 0; i < 4; i++)
		s.crash.bugcheck.args[i] = CRASH_NUMBER(i < 3 ? 2 : ip);
	scene_context(&s, ip, SCENE_STACK + SP, 0);
	space_init(&s.target);
	stack_examine(&s.target);
}

static void check_frame(size_t index, uint64_t address, enum crash_how how)
{
	assert_true(index < s.crash.stack.count);
	assert_int_equal(s.crash.stack.frames[index].address, address);
	assert_int_equal(s.crash.stack.frames[index].how, how);
}

static void a_scanned_word_in_the_next_function_is_its_frame(void **state)
{
	(void)state;
	dispatched(3, SCENE_MODULE + 0x3012);
	const uint64_t ip = SCENE_CODE(&s, 0x1010, NOWHERE);
	const uint64_t stale = BEHIND_CALL(0x4010, EPILOGUE);
	const uint64_t two = BEHIND_CALL(0x2010, NOWHERE);
	const uint64_t three = BEHIND_CALL(0x3010, NOWHERE);
	scene_word(&s, SP + 0x18, stale); /* a chain, but not this one's */
	scene_word(&s, SP + 0x48, stale);
	scene_word(&s, SP + 0x78, stale);
	scene_word(&s, SP + 0xa8, stale);
	scene_word(&s, SP + 0xc8, two);
	scene_word(&s, SP + 0xf8, three);
	examine(ip);
	check_frame(0, ip, CRASH_HOW_CONTEXT);
	check_frame(1, two, CRASH_HOW_UNWIND);
	check_frame(2, three, CRASH_HOW_UNWIND);
	assert_int_equal(s.crash.stack.count, 3);
}

static void it_overrules_a_step_that_was_decoded(void **state)
{
	(void)state;
	dispatched(2, SCENE_MODULE + 0x2012);
	const uint64_t ip = SCENE_CODE(&s, 0x1010, EPILOGUE);
	const uint64_t stale = BEHIND_CALL(0x4010, NOWHERE);
	const uint64_t two = BEHIND_CALL(0x2010, NOWHERE);
	scene_word(&s, SP + 0x28, stale);
	scene_word(&s, SP + 0x48, two);
	examine(ip);
	check_frame(1, two, CRASH_HOW_UNWIND);
}

static void one_that_nothing_follows_is_of_another_exception(void **state)
{
	(void)state;
	dispatched(2, SCENE_MODULE + 0x2012);
	const uint64_t ip = SCENE_CODE(&s, 0x1010, EPILOGUE);
	const uint64_t caller = BEHIND_CALL(0x4010, NOWHERE);
	scene_word(&s, SP + 0x28, caller);
	examine(ip);
	check_frame(1, caller, CRASH_HOW_EPILOGUE);
	assert_int_equal(s.crash.stack.count, 2);
}

static void where_the_stack_is_gone_it_says_where_it_came_to(void **state)
{
	(void)state;
	dispatched(3, SCENE_MODULE + 0x3012);
	const uint64_t ip = SCENE_CODE(&s, 0x1010, NOWHERE);
	scene_word(&s, DISPATCHER + 0x18, SCENE_STACK + 0x10000);
	examine(ip);
	check_frame(1, SCENE_MODULE + 0x3012, CRASH_HOW_UNWIND);
	assert_int_equal(s.crash.stack.count, 2);
	assert_int_equal(s.crash.stack.end, CRASH_STACK_LOST);
}

/* As the one that passes requests from driver to driver is. */
static void a_function_called_again_is_a_scan_between(void **state)
{
	(void)state;
	dispatched(4, SCENE_MODULE + 0x4012);
	const uint64_t ip = SCENE_CODE(&s, 0x1010, NOWHERE);
	const uint64_t two = BEHIND_CALL(0x2010, NOWHERE);
	const uint64_t three = BEHIND_CALL(0x3010, NOWHERE);
	const uint64_t four = BEHIND_CALL(0x4010, NOWHERE);
	scene_word(&s, SP + 0x18, two);
	scene_word(&s, SP + 0x48, three);
	scene_word(&s, SP + 0x78, two);
	scene_word(&s, SP + 0xa8, four);
	examine(ip);
	check_frame(1, two, CRASH_HOW_UNWIND);
	check_frame(2, three, CRASH_HOW_UNWIND);
	check_frame(3, two, CRASH_HOW_SCAN);
	check_frame(4, four, CRASH_HOW_UNWIND);
	assert_int_equal(s.crash.stack.count, 5);
	assert_int_equal(s.crash.trail_count, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_come_in_the_order_they_were_passed),
		cmocka_unit_test(what_is_no_trail_of_this_exception_is_none),
		cmocka_unit_test(one_that_begins_elsewhere_may_be_of_a_leaf),
		cmocka_unit_test(it_knows_who_is_next_and_who_is_not),
		cmocka_unit_test(without_bounds_modules_must_do),
		cmocka_unit_test(
			a_scanned_word_in_the_next_function_is_its_frame),
		cmocka_unit_test(it_overrules_a_step_that_was_decoded),
		cmocka_unit_test(
			one_that_nothing_follows_is_of_another_exception),
		cmocka_unit_test(a_function_called_again_is_a_scan_between),
		cmocka_unit_test(
			where_the_stack_is_gone_it_says_where_it_came_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
