#include "signatures/identity_event.h"

#include "signatures/base/arena.h"
#include "signatures/identity.h"
#include "tests/unit.h"

#define SECOND UINT64_C(10000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define NOON (UINT64_C(1336425) * 100000000000 + 1234567)

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static struct crash crash_of(enum crash_kind kind, uint64_t time)
{
	struct crash crash = { 0 };

	crash.image.kind = kind;
	crash.image.complete = true;
	crash.time = CRASH_NUMBER(time);
	crash.bugcheck.code = CRASH_NUMBER(0xd1);
	for (size_t i = 0; i < 4; i++)
		crash.bugcheck.args[i] = CRASH_NUMBER(i);
	crash.bugcheck.args[3] = CRASH_NUMBER(0xfffff80100001ae9);
	return crash;
}

static bool seeks(const struct crash *a, const struct crash *b)
{
	uint64_t sought[IDENTITY_SEEKS], keys[IDENTITY_KEYS];
	const size_t sought_count = identity_seeks(a, sought);
	const size_t key_count = identity_keys(b, keys);

	for (size_t i = 0; i < sought_count; i++)
		for (size_t n = 0; n < key_count; n++)
			if (sought[i] == keys[n])
				return true;
	return false;
}

/* Both ways, and each would have found the other. */
static bool same(const struct crash *a, const struct crash *b)
{
	const bool is_same = identity_same(a, b);

	assert_int_equal(is_same, identity_same(b, a));
	assert_true(!is_same || (seeks(a, b) && seeks(b, a)));
	return is_same;
}

static void an_event_belongs_to_the_dump_before_it(void **state)
{
	const struct crash dump = crash_of(CRASH_KERNEL_TRIAGE, NOON);
	struct crash event;

	(void)state;
	for (uint64_t day = 0; day < 8; day++) {
		struct crash then =
			crash_of(CRASH_KERNEL_FULL, NOON + day * DAY);

		event = crash_of(CRASH_EVENT, NOON + day * DAY + 90 * SECOND);
		assert_true(same(&then, &event));
		event.time.value = then.time.value + DAY;
		assert_true(same(&then, &event));
		event.time.value = then.time.value + DAY + 1;
		assert_false(same(&then, &event));
		event.time.value = then.time.value - 1;
		assert_false(same(&then, &event));
	}
	event = crash_of(CRASH_EVENT, NOON + 1);
	event.bugcheck.args[1].value++;
	assert_false(same(&dump, &event));
	event = crash_of(CRASH_EVENT, NOON + 1);
	event.bugcheck.code.value++;
	assert_false(same(&dump, &event));
	event = crash_of(CRASH_EVENT, NOON + 1);
	event.time = CRASH_UNKNOWN;
	assert_false(same(&dump, &event));
}

static void without_a_kernel_address_it_stays_alone(void **state)
{
	static const uint64_t others[] = { 0, 0x80001ae9, 0xffffffffc0000005,
					   0x7ff812345678 };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct crash dump = crash_of(CRASH_KERNEL_TRIAGE, NOON);
		struct crash event = crash_of(CRASH_EVENT, NOON + 1);

		dump.bugcheck.args[3].value = others[i];
		event.bugcheck.args[3].value = others[i];
		assert_false(same(&dump, &event));
	}
}

static void a_local_clock_may_be_of_any_zone(void **state)
{
	const struct crash dump = crash_of(CRASH_KERNEL_TRIAGE, NOON);
	struct crash event = crash_of(CRASH_EVENT, NOON - 12 * HOUR);
	struct crash other = crash_of(CRASH_EVENT, NOON);

	(void)state;
	crash_flag(&event, &arena, CRASH_TIME_LOCAL);
	for (uint64_t hours = 0; hours <= 50; hours++) {
		event.time.value = NOON - 12 * HOUR + hours * HOUR;
		assert_true(same(&dump, &event));
		if (hours <= 24)
			assert_true(same(&other, &event));
	}
	event.time.value += HOUR;
	assert_false(same(&dump, &event));
}

static void one_event_in_two_exports_is_one(void **state)
{
	struct crash a = crash_of(CRASH_EVENT, NOON);
	struct crash b = crash_of(CRASH_EVENT, NOON - NOON % SECOND);

	(void)state;
	a.bugcheck.args[3].value = b.bugcheck.args[3].value = 7;
	assert_false(same(&a, &b));
	a.machine.id = b.machine.id = CRASH_NUMBER(17);
	crash_flag(&a, &arena, CRASH_MACHINE_BY_NAME);
	crash_flag(&b, &arena, CRASH_MACHINE_BY_NAME);
	assert_true(same(&a, &b));
	b.time.value += 10 * SECOND;
	assert_false(same(&a, &b));
	b.time = a.time;
	b.machine.id = CRASH_NUMBER(18);
	assert_false(same(&a, &b));
}

static void a_name_does_not_speak_against_the_firmware(void **state)
{
	struct crash dump = crash_of(CRASH_KERNEL_TRIAGE, NOON);
	struct crash full = crash_of(CRASH_KERNEL_FULL, NOON);
	struct crash event = crash_of(CRASH_EVENT, NOON + 1);
	const struct hash128 nameless = identity_of(&dump);

	(void)state;
	full.machine.id = CRASH_NUMBER(1);
	event.machine.id = CRASH_NUMBER(17);
	crash_flag(&event, &arena, CRASH_MACHINE_BY_NAME);
	assert_true(same(&full, &event));
	dump.machine.id = CRASH_NUMBER(17);
	crash_flag(&dump, &arena, CRASH_MACHINE_BY_NAME);
	assert_true(same(&full, &dump));
	assert_true(same(&event, &dump));
	assert_true(hash_128_equal(nameless, identity_of(&dump)));
	event.machine.id = CRASH_NUMBER(18);
	assert_false(same(&event, &dump));
}

static void the_firmware_goes_before_a_name(void **state)
{
	struct crash dump = crash_of(CRASH_KERNEL_TRIAGE, NOON);
	struct crash header = crash_of(CRASH_KERNEL_HEADER, NOON);
	struct crash event = crash_of(CRASH_EVENT, NOON + 1);
	const struct crash *crashes[] = { &event, &header, &dump };
	struct crash whole;

	(void)state;
	event.machine.id = dump.machine.id = CRASH_NUMBER(17);
	crash_flag(&event, &arena, CRASH_MACHINE_BY_NAME);
	crash_flag(&event, &arena, CRASH_TIME_LOCAL);
	crash_flag(&event, &arena, CRASH_REPORT);
	crash_flag(&dump, &arena, CRASH_MACHINE_BY_NAME);
	identity_merge(crashes, 3, &arena, &whole);
	assert_int_equal(whole.machine.id.value, 17);
	assert_int_equal(whole.flag_count, 1);
	header.machine.id = CRASH_NUMBER(1);
	identity_merge(crashes, 3, &arena, &whole);
	assert_int_equal(whole.machine.id.value, 1);
	assert_int_equal(whole.flag_count, 0);
	assert_int_equal(whole.time.value, NOON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_belongs_to_the_dump_before_it),
		cmocka_unit_test(without_a_kernel_address_it_stays_alone),
		cmocka_unit_test(a_local_clock_may_be_of_any_zone),
		cmocka_unit_test(one_event_in_two_exports_is_one),
		cmocka_unit_test(a_name_does_not_speak_against_the_firmware),
		cmocka_unit_test(the_firmware_goes_before_a_name),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
