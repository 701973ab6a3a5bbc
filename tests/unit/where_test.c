#include "query/where.h"

#include "query/value.h"
#include "signatures/base/text.h"
#include "tests/unit.h"

static struct arena arena;

/* The first test of one word. */
static struct where_test parsed(const char *word)
{
	struct where where;
	struct error err;

	assert_int_equal(where_parse(&word, 1, &arena, &where, &err),
			 STATUS_OK);
	assert_int_equal(where.count, 1);
	return where.tests[0];
}

static const char *refusal(const char *word)
{
	static struct error err;
	struct where where;

	assert_int_equal(where_parse(&word, 1, &arena, &where, &err),
			 STATUS_USAGE);
	return err.text;
}

static bool takes_number(const char *word, uint64_t number)
{
	const struct where_test test = parsed(word);

	return where_accepts(&test, (struct field_value){ .number = number });
}

static bool takes_text(const char *word, const char *text)
{
	const struct where_test test = parsed(word);

	return where_accepts(&test, (struct field_value){ .text = text });
}

static uint64_t tick(const char *time)
{
	uint64_t ticks;

	assert_true(text_parse_time(time, &ticks));
	return ticks;
}

static void text_is_compared_without_case_by_value_list_or_glob(void **state)
{
	(void)state;
	assert_true(takes_text("fault=ks.sys", "KS.sys"));
	assert_false(takes_text("fault=ks.sys", "ks.syst"));
	assert_true(takes_text("driver=a.sys,xen*", "xenbus.sys"));
	assert_true(takes_text("driver=a.sys,xen*", "a.sys"));
	assert_false(takes_text("driver=a.sys,xen*", "b.sys"));
	assert_true(takes_text("bios=Phoenix\\, Inc.", "Phoenix, Inc."));
}

static void negation_is_kept_apart(void **state)
{
	(void)state;
	assert_true(parsed("fault!=nt").negated);
	assert_string_equal(parsed("fault!=nt").field->name, "fault");
	assert_false(parsed("fault=nt").negated);
}

static void a_bugcheck_is_a_code_a_name_or_a_glob_of_names(void **state)
{
	static const char *const words[] = {
		"bugcheck=d1",
		"bugcheck=0xD1",
		"bugcheck=DRIVER_IRQL_NOT_LESS_OR_EQUAL",
		"bugcheck=driver_irql_not_less_or_equal",
		"bugcheck=DRIVER_IR*",
		"bugcheck=c0..d1"
	};

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_true(takes_number(words[i], 0xd1));
		assert_false(takes_number(words[i], 0xd2));
		assert_string_equal(parsed(words[i]).field->name, "bugcheck");
	}
}

static void a_minidump_form_is_asked_of_the_stop_code(void **state)
{
	(void)state;
	assert_string_equal(parsed("bugcheck=1000007e").field->name,
			    "stopcode");
	assert_true(takes_number("bugcheck=1000007e", 0x1000007e));
	assert_false(takes_number("bugcheck=1000007e", 0x7e));
	assert_true(takes_number(
		"bugcheck=SYSTEM_THREAD_EXCEPTION_NOT_HANDLED_M", 0x1000007e));
	assert_true(takes_number("bugcheck=1000007e,8e", 0x8e));
	assert_true(takes_number("bugcheck=1000007e,8e", 0x1000008e));
	assert_false(takes_number("bugcheck=1000007e,8e", 0x7e));
}

static void ranges_hold_both_ends_and_may_be_open(void **state)
{
	(void)state;
	assert_true(takes_number("build=100..200", 100));
	assert_true(takes_number("build=100..200", 200));
	assert_false(takes_number("build=100..200", 201));
	assert_true(takes_number("build=..200", 0));
	assert_true(takes_number("build=200..", UINT64_MAX));
	assert_true(takes_number("arg1=ff..0x1ff", 0x100));
}

static void the_last_day_of_a_range_is_whole(void **state)
{
	const char *week = "time=2026-11-01..2026-11-07";

	(void)state;
	assert_false(takes_number(week, tick("2026-11-01") - 1));
	assert_true(takes_number(week, tick("2026-11-01")));
	assert_true(takes_number(week, tick("2026-11-08") - 1));
	assert_false(takes_number(week, tick("2026-11-08")));
	assert_true(takes_number("time=2026-12", tick("2027-01-01") - 1));
	assert_false(takes_number("time=2026-12", tick("2027-01-01")));
	assert_true(takes_number("time=2026", tick("2026-06-01")));
	assert_true(takes_number("time=2026-11-01T10:00:00",
				 tick("2026-11-01T10:00:00Z") + 9999999));
	assert_false(takes_number("time=2026-11-01T10:00:00",
				  tick("2026-11-01T10:00:01Z")));
}

static void uptimes_are_in_seconds(void **state)
{
	const uint64_t hour = 3600 * TEXT_TICKS_PER_SECOND;

	(void)state;
	assert_true(takes_number("uptime=..3600", hour));
	assert_true(takes_number("uptime=1h", hour + 1));
	assert_false(
		takes_number("uptime=..3600", hour + TEXT_TICKS_PER_SECOND));
	assert_true(takes_number("uptime=1d..", 24 * hour));
}

static void a_hash_can_be_asked_for_by_its_beginning(void **state)
{
	(void)state;
	assert_true(takes_number("bucket=0f9a*", 0x0f9a000000000000));
	assert_false(takes_number("bucket=0f9a*", 0xf9a0000000000000));
	assert_true(takes_number("arg1=0xfff*", 0xfffff800a56d1ae9));
}

static void having_and_lacking_a_field_can_be_asked(void **state)
{
	const struct where_test has = parsed("pooltag=*");
	const struct where_test lacks = parsed("pooltag=");

	(void)state;
	assert_true(where_accepts(&has, (struct field_value){ .text = "x" }));
	assert_false(where_accepts_absent(&has));
	assert_false(
		where_accepts(&lacks, (struct field_value){ .text = "x" }));
	assert_true(where_accepts_absent(&lacks));
}

static void nonsense_is_refused_with_what_would_do(void **state)
{
	(void)state;
	assert_string_equal(refusal("bugchek=d1"),
			    "bugchek: no such field; did you mean bugcheck?");
	assert_string_equal(refusal("d1"),
			    "d1: not a filter; did you mean bugcheck=d1?");
	assert_string_equal(refusal("=d1"),
			    "=d1: not a filter; say field=value, `crashquery "
			    "fields` lists the fields");
	assert_string_equal(refusal("build=high"), "build: high: not a number");
	assert_string_equal(refusal("uptime=1 to 8 hours"),
			    "uptime: 1 to 8 hours: not a length of time, as "
			    "90s, 10m or 1h..8h is");
	assert_string_equal(refusal("time=2026-13-01"),
			    "time: 2026-13-01: not a date, as 2026-11-01 is");
	assert_string_equal(refusal("build=2..1"),
			    "build: 2..1: the range ends before it begins");
	assert_string_equal(refusal("build=.."), "build: ..: not a range");
	assert_string_equal(
		refusal("bugcheck=NO_SUCH_STOP"),
		"bugcheck: NO_SUCH_STOP: neither a code nor a documented name");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			text_is_compared_without_case_by_value_list_or_glob),
		cmocka_unit_test(negation_is_kept_apart),
		cmocka_unit_test(
			a_bugcheck_is_a_code_a_name_or_a_glob_of_names),
		cmocka_unit_test(a_minidump_form_is_asked_of_the_stop_code),
		cmocka_unit_test(ranges_hold_both_ends_and_may_be_open),
		cmocka_unit_test(the_last_day_of_a_range_is_whole),
		cmocka_unit_test(uptimes_are_in_seconds),
		cmocka_unit_test(a_hash_can_be_asked_for_by_its_beginning),
		cmocka_unit_test(having_and_lacking_a_field_can_be_asked),
		cmocka_unit_test(nonsense_is_refused_with_what_would_do),
	};

	arena_init(&arena);

	const int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_deinit(&arena);
	return failed;
}
