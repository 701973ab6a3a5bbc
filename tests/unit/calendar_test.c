#include "query/calendar.h"
#include "tests/unit.h"

/* 2024-07-01, as FILETIME and as a day. */
#define FIRST 133642656000000000u
#define DAY 864000000000u

static void a_day_is_a_gap_only_where_crashes_were_sure(void **state)
{
	uint64_t times[64];
	uint32_t rows = 0;
	struct calendar calendar;
	const uint64_t first = calendar_day(FIRST);

	(void)state;
	/* Six a day, none on the fourth. */
	for (uint64_t day = 0; day < 8; day++)
		for (unsigned i = 0; i < 6 && day != 3; i++)
			times[rows++] = FIRST + day * DAY + i;
	calendar = calendar_make(times, rows, FIRST + 9 * DAY,
				 FIRST + 400 * DAY, false);
	assert_int_equal(calendar.first_day, first);
	assert_int_equal(calendar.end, first + 8);
	assert_true(calendar_is_gap(&calendar, first + 3));
	assert_false(calendar_is_gap(&calendar, first + 4));
	assert_true(calendar_is_gap(&calendar, first - 1));
	assert_true(calendar_is_gap(&calendar, first + 10));
	assert_int_equal(calendar_covered(&calendar, first, first + 8), 7);
	calendar_deinit(&calendar);
}

static void a_quiet_day_of_a_small_fleet_counts(void **state)
{
	const uint64_t times[] = { FIRST, FIRST + 5 * DAY };
	const uint64_t first = calendar_day(FIRST);
	struct calendar calendar =
		calendar_make(times, 2, FIRST + 7 * DAY, FIRST, false);

	(void)state;
	assert_int_equal(calendar.end, first + 1 + 0);
	calendar_deinit(&calendar);
	calendar =
		calendar_make(times, 2, FIRST + 7 * DAY, FIRST + 9 * DAY, true);
	assert_int_equal(calendar.end, first + 10);
	assert_int_equal(calendar_covered(&calendar, first, first + 10), 8);
	calendar_deinit(&calendar);
}

static void a_broken_clock_is_not_believed(void **state)
{
	const uint64_t times[] = { 5, FIRST, UINT64_MAX, STORE_NO_NUMBER };
	struct calendar calendar =
		calendar_make(times, 4, FIRST, FIRST + DAY, false);

	(void)state;
	assert_int_equal(calendar.first_day, calendar.last_day);
	assert_int_equal(calendar.first_day, calendar_day(FIRST));
	calendar_deinit(&calendar);
	calendar = calendar_make(times, 0, 0, FIRST, true);
	assert_int_equal(
		calendar_covered(&calendar, calendar.end - 7, calendar.end), 0);
	calendar_deinit(&calendar);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_is_a_gap_only_where_crashes_were_sure),
		cmocka_unit_test(a_quiet_day_of_a_small_fleet_counts),
		cmocka_unit_test(a_broken_clock_is_not_believed),
	};

	return cmocka_run_group_tests_name("calendar", tests, NULL, NULL);
}
