#include "signatures/identity.h"

#include "signatures/base/arena.h"
#include "tests/unit.h"

static struct crash crash_at(uint64_t time)
{
	struct crash crash = { 0 };

	crash.image.kind = CRASH_KERNEL_TRIAGE;
	crash.image.complete = true;
	crash.time = CRASH_NUMBER(time);
	crash.uptime = CRASH_NUMBER(12345678);
	crash.bugcheck.code = CRASH_NUMBER(0xd1);
	for (size_t i = 0; i < 4; i++)
		crash.bugcheck.args[i] =
			CRASH_NUMBER(0xfffff80012345670u + 256 * i);
	return crash;
}

static bool share(const uint64_t *x, size_t xs, const uint64_t *y, size_t ys)
{
	bool shared = false;

	for (size_t i = 0; i < xs; i++)
		for (size_t n = 0; n < ys; n++)
			shared |= x[i] == y[n];
	return shared;
}

/* Would a be found when b is there? */
static bool seeks(const struct crash *a, const struct crash *b)
{
	uint64_t x[IDENTITY_SEEKS], y[IDENTITY_KEYS];
	const size_t xs = identity_seeks(a, x), ys = identity_keys(b, y);

	return share(x, xs, y, ys);
}

/* identity_same() both ways, and the keys that would have found it. */
static bool same(const struct crash *a, const struct crash *b)
{
	uint64_t x[IDENTITY_KEYS], y[IDENTITY_KEYS];
	const size_t xs = identity_keys(a, x), ys = identity_keys(b, y);
	const bool is_same = identity_same(a, b);
	struct identity_facts of_a, of_b;

	identity_facts(a, &of_a);
	identity_facts(b, &of_b);
	assert_int_equal(identity_may_be_same(&of_a, &of_b),
			 identity_may_be_same(&of_b, &of_a));
	assert_true(identity_may_be_same(&of_a, &of_b) || !is_same);
	assert_int_equal(is_same, identity_same(b, a));
	assert_true(share(x, xs, y, ys) || !is_same);
	assert_true((seeks(a, b) && seeks(b, a)) || !is_same);
	return is_same;
}

static void copies_share_time_and_code(void **state)
{
	const struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;

	(void)state;
	assert_true(same(&a, &b));
	b.time.value += 10;
	assert_false(same(&a, &b));
	b = a;
	b.bugcheck.code.value = 0xd2;
	assert_false(same(&a, &b));
}

static void without_a_time_nothing_is_a_copy(void **state)
{
	struct crash a = crash_at(1330000000012345670u);

	(void)state;
	a.time = CRASH_UNKNOWN;
	assert_false(same(&a, &a));
}

static void a_pointer_may_be_null_in_one(void **state)
{
	const struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;

	(void)state;
	b.bugcheck.args[2].value = 0;
	assert_true(same(&a, &b));
	b.bugcheck.args[2] = CRASH_UNKNOWN;
	assert_true(same(&a, &b));
	b.bugcheck.args[2] = CRASH_NUMBER(0xfffff80099999999u);
	assert_false(same(&a, &b));
}

static void one_bit_may_have_flipped(void **state)
{
	struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;

	(void)state;
	/* Without a machine to name, near arguments are other arguments. */
	b.bugcheck.args[1].value ^= 1 << 20;
	assert_false(same(&a, &b));
	a.machine.id = b.machine.id = CRASH_NUMBER(7);
	assert_true(same(&a, &b));

	/* In the clock, then machine and uptime say it. */
	a.machine.id = CRASH_UNKNOWN;
	b = a;
	b.time.value ^= 1 << 30;
	assert_false(same(&a, &b));
	a.machine.id = b.machine.id = CRASH_NUMBER(7);
	assert_true(same(&a, &b));
	b.time.value ^= 1 << 29;
	assert_false(same(&a, &b));
}

/* Not even at one time on one machine, which a program may have made up. */
static void other_arguments_are_another_crash(void **state)
{
	struct crash a = crash_at(1330000000012345670u);
	struct crash b;

	(void)state;
	a.machine.id = CRASH_NUMBER(7);
	b = a;
	b.bugcheck.args[2].value ^= 3 << 20;
	assert_false(same(&a, &b));
	b = a;
	a.bugcheck.args[0].value = 2;
	b.bugcheck.args[0].value = 3;
	assert_false(same(&a, &b));
	b = a;
	b.uptime.value ^= 1 << 20;
	assert_true(same(&a, &b));
	b.uptime.value ^= 1 << 21;
	assert_false(same(&a, &b));
}

/* A program that sets clocks may give all its crashes the same uptime. */
static void an_uptime_of_whole_seconds_proves_no_boot(void **state)
{
	struct crash a = crash_at(1330000000012345670u);
	struct crash b;

	(void)state;
	a.machine.id = CRASH_NUMBER(7);
	a.uptime = CRASH_NUMBER(36000000000u);
	b = a;
	b.time.value ^= 1 << 30;
	assert_false(same(&a, &b));
	assert_false(seeks(&a, &b));
}

/* Small dumps of one crash all have the minidump bit, or none has it. */
static void small_dumps_agree_in_the_form_of_the_code(void **state)
{
	const struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;

	(void)state;
	b.bugcheck.minidump_form = true;
	assert_false(same(&a, &b));
	b.machine.id = CRASH_NUMBER(7);
	assert_false(same(&a, &b));
	b.image.kind = CRASH_KERNEL_FULL;
	assert_true(same(&a, &b));
}

static void a_clock_of_whole_seconds_proves_little(void **state)
{
	const struct crash a = crash_at(1330000000000000000u);
	struct crash b = a;

	(void)state;
	assert_true(same(&a, &b));
	b.bugcheck.args[0].value ^= 1;
	assert_false(same(&a, &b));
	b.bugcheck.args[0].value = 0;
	assert_false(same(&a, &b));
}

/* A fleet's worth of them must not be read to place one more. */
static void crashes_of_one_whole_second_are_not_looked_into(void **state)
{
	const struct crash a = crash_at(1330000000000000000u);
	struct crash b = a;

	(void)state;
	b.bugcheck.args[2].value += 16;
	assert_false(seeks(&a, &b));
	assert_false(seeks(&b, &a));
	b = a;
	b.bugcheck.args[2] = CRASH_UNKNOWN;
	assert_true(same(&a, &b));
	b = a;
	b.bugcheck.args[2] = CRASH_UNKNOWN;
	assert_true(same(&b, &b));
	b = a;
	b.time.value += 4567;
	b.image.kind = CRASH_DEBUGGER_LOG;
	assert_true(same(&a, &b));
}

static void processes_of_one_second_are_told_apart_by_address(void **state)
{
	struct crash a = crash_at(1330000000000000000u);
	struct crash b;

	(void)state;
	a.bugcheck.code = CRASH_UNKNOWN;
	a.exception.code = CRASH_NUMBER(0xc0000005);
	a.exception.address = CRASH_NUMBER(0x401000);
	b = a;
	assert_true(same(&a, &b));
	b.exception.address.value += 2;
	assert_false(seeks(&a, &b));
}

static void even_on_one_machine_a_set_clock_proves_little(void **state)
{
	struct crash a = crash_at(1330000000010000000u);
	struct crash b;

	(void)state;
	a.machine.id = CRASH_NUMBER(7);
	b = a;
	assert_true(same(&a, &b));
	b.bugcheck.args[0].value = 99;
	assert_false(same(&a, &b));
}

static void two_architectures_are_two_crashes(void **state)
{
	struct crash a = crash_at(1330000000012345670u);
	struct crash b;

	(void)state;
	a.machine.arch = CRASH_X64;
	b = a;
	assert_true(same(&a, &b));
	b.machine.arch = CRASH_X86;
	assert_false(same(&a, &b));
}

static void a_log_has_milliseconds(void **state)
{
	const struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;

	(void)state;
	b.time.value = 1330000000012340000u;
	assert_false(same(&a, &b));
	b.image.kind = CRASH_DEBUGGER_LOG;
	assert_true(same(&a, &b));
}

static void the_richest_gives_each_field(void **state)
{
	struct crash_module module = { "ks.sys", 0x1000, 0x1000, 1 };
	struct crash full = crash_at(1330000000012345670u);
	struct crash small = full;
	struct crash log = full;
	const struct crash *crashes[] = { &log, &small, &full };
	struct arena arena;
	struct crash whole;

	(void)state;
	arena_init(&arena);
	full.image.kind = CRASH_KERNEL_FULL;
	full.modules = &module;
	full.module_count = 1;
	full.bugcheck.args[3].value = 0;
	small.process = "small.exe";
	small.machine.board = "board";
	log.image.kind = CRASH_DEBUGGER_LOG;
	log.process = "log.exe";
	log.machine.cpu = "cpu";
	crash_flag(&log, &arena, "b");
	crash_flag(&full, &arena, "a");
	identity_merge(crashes, 3, &arena, &whole);
	assert_ptr_equal(crashes[0], &full);
	assert_ptr_equal(crashes[2], &log);
	assert_int_equal(whole.image.kind, CRASH_KERNEL_FULL);
	assert_int_equal(whole.module_count, 1);
	assert_string_equal(whole.process, "small.exe");
	assert_string_equal(whole.machine.board, "board");
	assert_string_equal(whole.machine.cpu, "cpu");
	assert_int_equal(whole.bugcheck.args[3].value,
			 small.bugcheck.args[3].value);
	assert_int_equal(whole.flag_count, 2);
	assert_int_equal(full.flag_count, 1);

	/* A full dump cut before its modules is the poorest. */
	full.image.complete = false;
	full.module_count = 0;
	identity_merge(crashes, 3, &arena, &whole);
	assert_ptr_equal(crashes[0], &small);
	arena_deinit(&arena);
}

static void the_id_does_not_name_the_file(void **state)
{
	const struct crash a = crash_at(1330000000012345670u);
	struct crash b = a;
	char text[IDENTITY_TEXT_BYTES];

	(void)state;
	b.image.content.high = 1;
	b.image.kind = CRASH_KERNEL_FULL;
	b.process = "other";
	assert_true(hash_128_equal(identity_of(&a), identity_of(&b)));
	identity_text(identity_of(&a), text);
	assert_int_equal(strlen(text), 12);
}

static void without_a_time_each_file_is_its_own(void **state)
{
	struct crash a = crash_at(1330000000012345670u);
	struct crash b;

	(void)state;
	a.time = CRASH_UNKNOWN;
	b = a;
	assert_true(hash_128_equal(identity_of(&a), identity_of(&b)));
	b.image.content.low = 1;
	assert_false(hash_128_equal(identity_of(&a), identity_of(&b)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_share_time_and_code),
		cmocka_unit_test(without_a_time_nothing_is_a_copy),
		cmocka_unit_test(a_pointer_may_be_null_in_one),
		cmocka_unit_test(one_bit_may_have_flipped),
		cmocka_unit_test(other_arguments_are_another_crash),
		cmocka_unit_test(an_uptime_of_whole_seconds_proves_no_boot),
		cmocka_unit_test(small_dumps_agree_in_the_form_of_the_code),
		cmocka_unit_test(a_clock_of_whole_seconds_proves_little),
		cmocka_unit_test(
			crashes_of_one_whole_second_are_not_looked_into),
		cmocka_unit_test(
			processes_of_one_second_are_told_apart_by_address),
		cmocka_unit_test(even_on_one_machine_a_set_clock_proves_little),
		cmocka_unit_test(two_architectures_are_two_crashes),
		cmocka_unit_test(a_log_has_milliseconds),
		cmocka_unit_test(the_richest_gives_each_field),
		cmocka_unit_test(the_id_does_not_name_the_file),
		cmocka_unit_test(without_a_time_each_file_is_its_own),
	};

	return cmocka_run_group_tests_name("identity", tests, NULL, NULL);
}
