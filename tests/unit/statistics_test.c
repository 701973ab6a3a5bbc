#include "query/statistics.h"

#include <math.h>

#include "tests/unit.h"

static void near(double got, double want)
{
	if (fabs(got - want) > 1e-4 * (1 + fabs(want)))
		fail_msg("got %.8f, want %.8f", got, want);
}

/* Reference values from the textbook formulas, worked out by hand or in R. */
static void intervals_match_their_references(void **state)
{
	(void)state;
	near(statistics_share(5, 10).low, 0.23659);
	near(statistics_share(5, 10).high, 0.76341);
	near(statistics_share(0, 10).low, 0);
	near(statistics_share(0, 10).high, 0.27753);
	near(statistics_share(0, 0).high, 1);
	near(statistics_count(0).high, 3.68888);
	near(statistics_count(10).low, 4.79539);
	near(statistics_count(10).high, 18.39036);
}

/* Wilson's ends are where the share seen is just 1.96 deviations away. */
static void shares_lie_where_their_definition_says(void **state)
{
	static const uint64_t sizes[] = { 1, 2, 10, 1000, 1000000 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		const uint64_t n = sizes[i];
		const uint64_t cases[] = { 0, 1, n / 2, n - 1, n };

		for (size_t j = 0; j < 5; j++) {
			const double seen = (double)cases[j] / (double)n;
			const struct interval got =
				statistics_share(cases[j], n);
			const double ends[] = { got.low, got.high };

			assert_true(got.low >= 0 && got.low <= seen);
			assert_true(got.high <= 1 && got.high >= seen);
			for (size_t k = 0; k < 2; k++)
				if (ends[k] > 0 && ends[k] < 1)
					near((seen - ends[k]) *
						     (seen - ends[k]) /
						     (ends[k] * (1 - ends[k]) /
						      (double)n),
					     1.959964 * 1.959964);
		}
	}
}

/* Garwood's: were the truth at either end, 1 in 40 would be so far off. */
static void counts_lie_where_their_definition_says(void **state)
{
	static const uint64_t counts[] = { 0, 1, 2, 50, 199, 200, 201, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const uint64_t k = counts[i];
		const struct interval got = statistics_count(k);

		if (k == 0)
			near(got.low, 0);
		else
			near(statistics_count_reaches(k, got.low), 0.025);
		near(1 - statistics_count_reaches(k + 1, got.high), 0.025);
	}
}

static void fisher_answers_for_small_counts(void **state)
{
	const struct table22 tea = { 3, 4, 1, 4 };
	const struct table22 none = { 0, 4, 1, 4 };

	(void)state;
	near(statistics_share_higher(tea), 17.0 / 70);
	near(statistics_share_higher(none), 1);
}

static void chi_squared_answers_for_large_counts(void **state)
{
	const struct table22 table = { 520, 1000, 480, 1000 };

	(void)state;
	near(statistics_phi(table), 0.04);
	near(statistics_share_higher(table), 0.0368191);
}

static void a_confounder_held_constant_explains_away(void **state)
{
	/* Within each model the driver says nothing. */
	const struct table22 strata[] = { { 90, 100, 9, 10 },
					  { 1, 10, 10, 100 } };
	const struct table22 crude = { 91, 110, 19, 110 };

	(void)state;
	assert_true(statistics_share_higher(crude) < 1e-6);
	assert_true(statistics_share_higher_given(strata, 2) > 0.3);
}

static void equal_rates_do_not_differ(void **state)
{
	(void)state;
	near(statistics_rates_differ(5, 7, 5, 7), 1);
	near(statistics_rates_differ(10, 1, 0, 1), 2.0 / 1024);
	near(statistics_rates_differ(0, 1, 0, 1), 1);
}

static void false_discoveries_are_controlled(void **state)
{
	const double p[] = { 0.01, 0.04, 0.03, 0.005 };
	double q[4];

	(void)state;
	statistics_false_discovery(p, 4, q);
	near(q[3], 0.02);
	near(q[0], 0.02);
	near(q[2], 0.04);
	near(q[1], 0.04);
}

/* By hand: 2 * P(15 or more of 20), 2 * 7/8 ^ 6, and one loud unit. */
static void units_of_one_size_are_tested_exactly(void **state)
{
	(void)state;
	near(statistics_paired(15, 5, 20, 0.5), 0.041389);
	near(statistics_paired(5, 15, 20, 0.5), 0.041389);
	near(statistics_paired(45, 15, 180, 0.5), 0.041389);
	near(statistics_paired(6, 0, 6, 0.875), 0.897591);
	near(statistics_paired(0, 6, 6, 0.875), 7.62939e-06);
	near(statistics_paired(400, 0, 160000, 0.5), 1);
	near(statistics_paired(0, 0, 0, 0.5), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intervals_match_their_references),
		cmocka_unit_test(shares_lie_where_their_definition_says),
		cmocka_unit_test(counts_lie_where_their_definition_says),
		cmocka_unit_test(fisher_answers_for_small_counts),
		cmocka_unit_test(units_of_one_size_are_tested_exactly),
		cmocka_unit_test(chi_squared_answers_for_large_counts),
		cmocka_unit_test(a_confounder_held_constant_explains_away),
		cmocka_unit_test(equal_rates_do_not_differ),
		cmocka_unit_test(false_discoveries_are_controlled),
	};

	return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
