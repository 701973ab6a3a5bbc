#include "signatures/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "tests/unit.h"

static struct arena arena;

static int open_arena(void **state)
{
	(void)state;
	arena_init(&arena);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_deinit(&arena);
	return 0;
}

static void utf16_becomes_utf8_until_a_nul(void **state)
{
	static const uint8_t units[] = { 'a',  0,    0xe9, 0, 0xac, 0x20, 0x3d,
					 0xd8, 0x00, 0xde, 0, 0,    'x',  0 };

	(void)state;
	assert_string_equal(
		text_from_utf16(&arena, bytes_of(units, sizeof(units))),
		"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_string_equal(text_from_utf16(&arena, bytes_of("\x00\xd8", 2)),
			    "\xef\xbf\xbd");
	assert_string_equal(text_from_utf16(&arena, bytes_absent()), "");
}

static void bytes_that_are_no_utf8_are_latin_1(void **state)
{
	(void)state;
	assert_string_equal(text_from_bytes(&arena, bytes_of("caf\xe9", 4)),
			    "caf\xc3\xa9");
	assert_string_equal(text_from_bytes(&arena, bytes_of("\xc3\xa9", 2)),
			    "\xc3\xa9");
	assert_string_equal(text_from_bytes(&arena, bytes_of("\xc0\x80", 2)),
			    "\xc3\x80\xc2\x80");
}

static void file_names_lose_folders_and_capitals(void **state)
{
	(void)state;
	assert_string_equal(
		text_file_name(&arena, "\\SystemRoot\\system32\\NTOSKRNL.EXE"),
		"ntoskrnl.exe");
	assert_string_equal(text_file_name(&arena, "a/b\\C.sys"), "c.sys");
}

static void globs_match_without_case(void **state)
{
	(void)state;
	assert_true(text_matches("xennet.sys", "XEN*"));
	assert_true(text_matches("abc", "a?c"));
	assert_true(text_matches("aXbXc", "a*b*c"));
	assert_true(text_matches("", "*"));
	assert_false(text_matches("abc", "a?"));
	assert_false(text_matches("abc", ""));
}

static void numbers_parse_whole_or_not_at_all(void **state)
{
	uint64_t value;

	(void)state;
	assert_true(text_parse_u64("18446744073709551615", &value));
	assert_true(value == UINT64_MAX);
	assert_false(text_parse_u64("18446744073709551616", &value));
	assert_false(text_parse_u64("", &value));
	assert_false(text_parse_u64("12x", &value));
	assert_true(text_parse_hex("0xD1", &value));
	assert_int_equal(value, 0xd1);
	assert_true(text_parse_hex("fffff800`a56d1ae9", &value));
	assert_true(value == 0xfffff800a56d1ae9);
	assert_false(text_parse_hex("0x", &value));
	assert_false(text_parse_hex("12345678123456789", &value));
}

static void times_go_both_ways(void **state)
{
	char text[TEXT_TIME_BYTES];
	uint64_t ticks;

	(void)state;
	assert_true(text_parse_time("2024-06-30T19:52:23Z", &ticks));
	assert_string_equal(text_time(ticks, text), "2024-06-30T19:52:23Z");
	assert_true(text_parse_time("1601-01-01", &ticks));
	assert_int_equal(ticks, 0);
	assert_false(text_parse_time("2023-02-29", &ticks));
	assert_false(text_parse_time("2024-06-30T25:00:00Z", &ticks));
	assert_int_equal(text_unix_of_ticks(text_ticks_of_unix(1719777143)),
			 1719777143);
}

static void hexadecimals_are_as_short_as_they_can_be(void **state)
{
	static const uint64_t numbers[] = { 0, 9, 15, 16, 0x1ae9, UINT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		char ours[TEXT_HEX_BYTES], theirs[TEXT_HEX_BYTES];

		snprintf(theirs, sizeof(theirs), "0x%" PRIx64, numbers[i]);
		assert_string_equal(text_hex(numbers[i], ours), theirs);
	}
}

static void parts_are_joined_up_to_a_null(void **state)
{
	const char *const parts[] = { "0xd1",	"",   " in ",
				      "ks.sys", NULL, "beyond" };

	(void)state;
	assert_string_equal(text_joined(&arena, parts), "0xd1 in ks.sys");
	assert_string_equal(text_joined(&arena, parts + 4), "");
}

static void is_as_c_library_says(uint64_t seconds)
{
	const time_t unix_seconds = (time_t)seconds - 11644473600;
	char text[TEXT_TIME_BYTES], wanted[TEXT_TIME_BYTES];
	struct tm utc;

	assert_non_null(gmtime_r(&unix_seconds, &utc));
	strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%SZ", &utc);
	assert_string_equal(text_time(seconds * 10000000, text), wanted);
}

static void each_day_has_its_date(void **state)
{
	const uint64_t last_second = UINT64_MAX / 10000000;

	(void)state;
	for (uint64_t day = 0; day < UINT64_C(366) * 900; day++)
		is_as_c_library_says(day * 86400 + day % 86400);
	for (uint64_t second = 0; second < last_second;
	     second += UINT64_C(98765432))
		is_as_c_library_says(second);
	is_as_c_library_says(last_second);
}

static void is_span(const char *text, const char *from, const char *to)
{
	uint64_t first, last, wanted;

	assert_true(text_parse_span(text, &first, &last));
	assert_true(text_parse_time(from, &wanted));
	assert_int_equal(first, wanted);
	assert_true(text_parse_time(to, &wanted));
	assert_int_equal(last, wanted - 1);
}

static void a_year_a_month_and_a_day_are_whole(void **state)
{
	uint64_t first, last;

	(void)state;
	is_span("2024", "2024-01-01", "2025-01-01");
	is_span("2024-02", "2024-02-01", "2024-03-01");
	is_span("2024-12", "2024-12-01", "2025-01-01");
	is_span("2024-12-31", "2024-12-31", "2025-01-01");
	is_span("2024-06-30T19:52:23Z", "2024-06-30T19:52:23Z",
		"2024-06-30T19:52:24Z");
	assert_false(text_parse_span("2024-13", &first, &last));
	assert_false(text_parse_span("2024-00", &first, &last));
	assert_false(text_parse_span("20x4", &first, &last));
	assert_false(text_parse_span("9999", &first, &last));
	assert_false(text_parse_span("", &first, &last));
}

static void printed_text_is_whole_however_long(void **state)
{
	char wanted[402];

	(void)state;
	for (size_t size = 0; size < 400; size++) {
		const char *text;

		memset(wanted, 'a' + (int)(size % 26), size);
		wanted[size] = '\0';
		text = text_printf(&arena, "%s%s", wanted, "!");
		assert_string_equal(text, strcat(wanted, "!"));
	}
}

static void check_fixed(double number)
{
	char expected[400];

	for (unsigned int places = 1; places <= 6; places++) {
		snprintf(expected, sizeof(expected), "%.*f%%", (int)places,
			 number);
		assert_string_equal(text_fixed(&arena, number, places, "%"),
				    expected);
	}
	arena_reset(&arena);
}

/* Halves above all, which are hardly ever halves. */
static void numbers_are_written_as_printf_does(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		char expected[32];

		check_fixed((double)i / 1000);
		check_fixed((double)i / 200 + 0.0000005);
		check_fixed((double)i / 7e6);
		check_fixed((double)(seed % 1000003) / 1000003 * 100);
		check_fixed((double)seed / 3e7);
		snprintf(expected, sizeof(expected), "%" PRIu64,
			 seed >> i % 64);
		assert_string_equal(text_decimal(&arena, seed >> i % 64),
				    expected);
		snprintf(expected, sizeof(expected), "%016" PRIx64,
			 seed >> i % 64);
		assert_string_equal(text_hash(&arena, seed >> i % 64),
				    expected);
		seed = seed * 6364136223846793005u + 1442695040888963407u;
	}
	check_fixed(0);
	check_fixed(-0.5);
	check_fixed(1e300);
	check_fixed(1e11);
	check_fixed(99999999999.5);
	assert_string_equal(text_decimal(&arena, 0), "0");
	assert_string_equal(text_decimal(&arena, UINT64_MAX),
			    "18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf16_becomes_utf8_until_a_nul),
		cmocka_unit_test(bytes_that_are_no_utf8_are_latin_1),
		cmocka_unit_test(file_names_lose_folders_and_capitals),
		cmocka_unit_test(globs_match_without_case),
		cmocka_unit_test(numbers_parse_whole_or_not_at_all),
		cmocka_unit_test(times_go_both_ways),
		cmocka_unit_test(each_day_has_its_date),
		cmocka_unit_test(hexadecimals_are_as_short_as_they_can_be),
		cmocka_unit_test(parts_are_joined_up_to_a_null),
		cmocka_unit_test(a_year_a_month_and_a_day_are_whole),
		cmocka_unit_test(printed_text_is_whole_however_long),
		cmocka_unit_test(numbers_are_written_as_printf_does),
	};

	return cmocka_run_group_tests_name("text", tests, open_arena,
					   close_arena);
}
