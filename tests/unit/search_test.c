#include "signatures/settle/search.h"

#include "tests/unit.h"

#define DAY UINT64_C(864000000000)

static double standing(double likeness, uint64_t days, bool known)
{
	const uint64_t left = 20000 * DAY;
	const uint64_t after = known ? (20000 + days) * DAY : 0;
	const uint64_t before = known ? (20000 - days) * DAY : 0;
	const double ret = search_standing(likeness, left, after);

	assert_true(ret == search_standing(likeness, before, left));
	return ret;
}

static void of_two_as_like_the_nearer_stands_higher(void **state)
{
	(void)state;
	assert_true(standing(0.5, 0, true) > standing(0.5, 1, true));
	assert_true(standing(0.5, 1, true) > standing(0.5, 30, true));
	assert_true(standing(0.5, 30, true) > standing(0.5, 10000, true));
	assert_true(standing(0.5, 10000, true) > standing(0.5, 0, false));
}

static void what_is_clearly_more_like_stands_higher_at_any_time(void **state)
{
	(void)state;
	assert_true(standing(0.57, 10000, true) > standing(0.5, 0, true));
	assert_true(standing(0.52, 10000, true) < standing(0.5, 0, true));
	assert_true(standing(0.5, 0, false) == 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_as_like_the_nearer_stands_higher),
		cmocka_unit_test(
			what_is_clearly_more_like_stands_higher_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
