#include "query/trend.h"
#include "tests/unit.h"

static const struct trend_days week = { 7, 7 };

static void fill(struct trend_tally *tally, uint32_t first, uint32_t machines,
		 unsigned each, bool now)
{
	for (uint32_t machine = first; machine < first + machines; machine++)
		for (unsigned i = 0; i < each; i++)
			trend_add(tally, machine, now);
}

static void what_spreads_is_new_and_what_stops_is_gone(void **state)
{
	struct trend_tally *tally = trend_create(100);
	struct trend_row rows[3] = { { 0 } };

	(void)state;
	fill(tally, 1, 12, 2, true);
	trend_close(tally, week, &rows[0]);
	fill(tally, 20, 12, 1, false);
	trend_close(tally, week, &rows[1]);
	fill(tally, 1, 12, 3, true);
	fill(tally, 1, 12, 3, false);
	trend_close(tally, week, &rows[2]);
	rows[1].ever_before = rows[2].ever_before = 1;
	trend_judge(rows, 3, week);
	assert_int_equal(rows[0].move, TREND_NEW);
	assert_int_equal(rows[0].crashes, 24);
	assert_int_equal(rows[0].machines, 12);
	assert_int_equal(rows[1].move, TREND_GONE);
	assert_int_equal(rows[2].move, TREND_STEADY);
	assert_int_equal(rows[2].machines_before, 12);
	trend_destroy(tally);
}

static void one_machine_is_no_trend(void **state)
{
	struct trend_tally *tally = trend_create(10);
	struct trend_row row = { 0 };

	(void)state;
	fill(tally, 3, 1, 400, true);
	trend_close(tally, week, &row);
	trend_judge(&row, 1, week);
	assert_int_equal(row.crashes, 400);
	assert_int_equal(row.move, TREND_STEADY);
	trend_destroy(tally);
}

static void days_that_did_not_count_change_what_is_expected(void **state)
{
	const struct trend_days short_week = { 7, 2 };
	struct trend_tally *tally = trend_create(100);
	struct trend_row row = { 0 };

	(void)state;
	/* Ten in two days before, thirty-five in seven now: nothing moved. */
	fill(tally, 1, 35, 1, true);
	fill(tally, 41, 10, 1, false);
	row.ever_before = 10;
	trend_close(tally, short_week, &row);
	trend_judge(&row, 1, short_week);
	assert_int_equal(row.move, TREND_STEADY);
	assert_true(row.p > 0.5);
	trend_destroy(tally);
}

static void nothing_moves_without_a_window_to_compare(void **state)
{
	const struct trend_days alone = { 7, 0 };
	struct trend_tally *tally = trend_create(100);
	struct trend_row row = { 0 };

	(void)state;
	fill(tally, 1, 50, 1, true);
	trend_close(tally, alone, &row);
	trend_judge(&row, 1, alone);
	assert_int_equal(row.move, TREND_STEADY);
	trend_destroy(tally);
}

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Machines of every temper, each as bad in one window as in the other. */
static void crash_by_chance(struct trend_tally *tally, struct trend_days days,
			    uint64_t *seed)
{
	const uint32_t machines = 1 + random_below(seed, 40);
	const uint32_t both = (uint32_t)(days.now + days.before);

	for (uint32_t machine = 1; machine <= machines; machine++) {
		const uint32_t temper = random_below(seed, 10);
		const uint32_t crashes = temper == 0 ? random_below(seed, 30)
						     : random_below(seed, 4);

		for (uint32_t i = 0; i < crashes; i++)
			trend_add(tally, machine,
				  random_below(seed, both) < days.now);
	}
}

static void chance_moves_no_more_often_than_promised(void **state)
{
	static const struct trend_days many[] = {
		{ 7, 7 }, { 7, 5 }, { 7, 2 }, { 7, 1 }, { 2, 7 }
	};
	struct trend_tally *tally = trend_create(200);
	struct trend_row rows[20];
	uint64_t seed = 7;

	(void)state;
	for (size_t n = 0; n < sizeof(many) / sizeof(many[0]); n++) {
		unsigned alarms = 0;

		for (unsigned corpus = 0; corpus < 1000; corpus++) {
			bool alarm = false;

			memset(rows, 0, sizeof(rows));
			for (size_t i = 0; i < 20; i++) {
				crash_by_chance(tally, many[n], &seed);
				trend_close(tally, many[n], &rows[i]);
			}
			trend_judge(rows, 20, many[n]);
			for (size_t i = 0; i < 20; i++)
				alarm |= rows[i].move != TREND_STEADY;
			alarms += alarm;
		}
		assert_true(alarms <= 1000 * TREND_Q);
	}
	trend_destroy(tally);
}

static void what_a_longer_window_gets_is_no_trend(void **state)
{
	const struct trend_days first_days = { 7, 1 };
	struct trend_tally *tally = trend_create(100);
	struct trend_row row = { 0 };

	(void)state;
	/* Where seven of eight fall into this window, six in a row do often. */
	fill(tally, 1, 6, 1, true);
	trend_close(tally, first_days, &row);
	trend_judge(&row, 1, first_days);
	assert_int_equal(row.move, TREND_STEADY);
	assert_true(row.p > 0.4);
	trend_destroy(tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_spreads_is_new_and_what_stops_is_gone),
		cmocka_unit_test(one_machine_is_no_trend),
		cmocka_unit_test(
			days_that_did_not_count_change_what_is_expected),
		cmocka_unit_test(nothing_moves_without_a_window_to_compare),
		cmocka_unit_test(chance_moves_no_more_often_than_promised),
		cmocka_unit_test(what_a_longer_window_gets_is_no_trend),
	};

	return cmocka_run_group_tests_name("trend", tests, NULL, NULL);
}
