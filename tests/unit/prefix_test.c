#include "query/prefix.h"

#include <stdlib.h>

#include "query/value.h"
#include "query/where.h"
#include "signatures/base/text.h"
#include "tests/unit.h"

static struct arena arena;

/* Splitmix64, cut to any number of digits. */
static uint64_t drawn(uint64_t *state)
{
	uint64_t x = *state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (x ^ (x >> 31)) >> (x & 63);
}

/* The first digits of a number as it is printed, sometimes of another. */
static const char *beginning_of(const struct field *field, uint64_t number,
				uint64_t *state)
{
	const struct field_value value = { .number = number };
	char *text = text_copy(&arena, value_text(&arena, field, value));
	const size_t size = strlen(text);

	text[1 + drawn(state) % size] = '\0';
	return text_printf(&arena, "%s*", text);
}

static bool lies_between(uint64_t number, const struct prefix_range *ranges,
			 size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ranges[i].low <= number && number <= ranges[i].high)
			return true;
	return false;
}

static void ranges_accept_what_the_glob_does(void **state)
{
	static const char *const names[] = { "exact",  "machine",    "arg1",
					     "offset", "sureframes", "build",
					     "cpus" };
	uint64_t chance = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		const struct field *field = field_find(
			names[i % (sizeof(names) / sizeof(names[0]))]);
		const uint64_t number = drawn(&chance);
		const uint64_t other = i % 2 ? number : drawn(&chance);
		const char *glob = beginning_of(field, other, &chance);
		struct prefix_range ranges[PREFIX_RANGES_MAX];
		const size_t count = prefix_ranges(field, glob, ranges);
		const struct field_value value = { .number = number };
		const char *text = value_text(&arena, field, value);
		const bool expected =
			text_matches(text, glob) ||
			(text[1] == 'x' && text_matches(text + 2, glob));

		if (count)
			assert_int_equal(lies_between(number, ranges, count),
					 expected);
		else
			assert_true(text[0] == '0');
		arena_reset(&arena);
	}
}

static void both_ends_of_all_numbers_are_reached(void **state)
{
	struct prefix_range ranges[PREFIX_RANGES_MAX];

	(void)state;
	assert_int_equal(prefix_ranges(field_find("exact"), "F*", ranges), 1);
	assert_true(ranges[0].low == UINT64_C(0xf000000000000000));
	assert_true(ranges[0].high == UINT64_MAX);
	assert_int_equal(
		prefix_ranges(field_find("exact"), "0123456789abcdef*", ranges),
		1);
	assert_true(ranges[0].low == ranges[0].high);
	assert_int_equal(prefix_ranges(field_find("arg1"), "0X8*", ranges), 16);
	assert_true(ranges[15].low == UINT64_C(0x8000000000000000));
	assert_true(ranges[15].high == UINT64_C(0x8fffffffffffffff));
	assert_int_equal(prefix_ranges(field_find("cpus"), "1*", ranges), 20);
	assert_true(ranges[19].low == UINT64_C(10000000000000000000));
	assert_true(ranges[19].high == UINT64_MAX);
	assert_int_equal(prefix_ranges(field_find("cpus"), "2*", ranges), 19);
	assert_int_equal(prefix_ranges(field_find("cpus"), "0*", ranges), 1);
	assert_true(ranges[0].low == 0 && ranges[0].high == 0);
	assert_int_equal(prefix_ranges(field_find("arg1"), "0X*", ranges), 1);
	assert_true(ranges[0].low == 0 && ranges[0].high == UINT64_MAX);
}

static void other_globs_are_no_ranges(void **state)
{
	static const char *const globs[] = { "*",
					     "?",
					     "1?",
					     "*1",
					     "1*2",
					     "1**",
					     "g*",
					     "0x*",
					     "-1*",
					     "1 *",
					     "01*",
					     "+1*",
					     "99999999999999999999*",
					     "123456789012345678901*" };
	struct prefix_range ranges[PREFIX_RANGES_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(globs) / sizeof(globs[0]); i++)
		assert_int_equal(
			prefix_ranges(field_find("cpus"), globs[i], ranges), 0);
	assert_int_equal(prefix_ranges(field_find("arg1"), "01*", ranges), 0);
	assert_int_equal(prefix_ranges(field_find("arg1"), "0x0x1*", ranges),
			 0);
	assert_int_equal(prefix_ranges(field_find("exact"), "0x1*", ranges), 0);
	assert_int_equal(prefix_ranges(field_find("uptime"), "1*", ranges), 0);
	assert_int_equal(prefix_ranges(field_find("time"), "2*", ranges), 0);
	assert_int_equal(prefix_ranges(field_find("bugcheck"), "d*", ranges),
			 0);
	assert_int_equal(prefix_ranges(field_find("fault"), "1*", ranges), 0);
}

static void texts_begin_in_lower_case_where_they_are_kept_so(void **state)
{
	(void)state;
	assert_string_equal(prefix_text(field_find("fault"), "KS*", &arena),
			    "ks");
	assert_string_equal(prefix_text(field_find("cluster"), "3F9?*", &arena),
			    "3f9");
	assert_string_equal(prefix_text(field_find("driver"), "a.sys", &arena),
			    "a.sys");
	assert_null(prefix_text(field_find("fault"), "*ks", &arena));
	assert_null(prefix_text(field_find("cpu"), "AMD*", &arena));
}

static void a_symbol_may_be_in_any_case(void **state)
{
	const struct field *frame = field_find("frame");

	(void)state;
	assert_string_equal(prefix_text(frame, "Nt+0x1*", &arena), "nt+0x1");
	assert_null(prefix_text(frame, "nt*", &arena));
	assert_null(prefix_text(frame, "nt!Ke*", &arena));
	assert_null(prefix_text(frame, "nt!ke+0x*", &arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_accept_what_the_glob_does),
		cmocka_unit_test(both_ends_of_all_numbers_are_reached),
		cmocka_unit_test(other_globs_are_no_ranges),
		cmocka_unit_test(
			texts_begin_in_lower_case_where_they_are_kept_so),
		cmocka_unit_test(a_symbol_may_be_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
