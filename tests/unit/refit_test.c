#include "signatures/settle/refit.h"

#include "tests/unit.h"

static void without_a_line_it_stays_where_it_was(void **state)
{
	(void)state;
	assert_float_equal(refit_threshold(NULL, 0), ENGINE_STRICT, 0);
}

static void one_odd_merge_moves_nothing(void **state)
{
	const struct refit_verdict odd = { 0.45f, true };

	(void)state;
	assert_float_equal(refit_threshold(&odd, 1), ENGINE_STRICT, 0);
}

static void lines_it_gets_right_move_nothing(void **state)
{
	const struct refit_verdict right[] = { { 0.85f, true },
					       { 0.97f, true },
					       { 0.70f, false } };

	(void)state;
	assert_float_equal(refit_threshold(right, 3), ENGINE_STRICT, 0);
}

static void many_merges_move_it_down_to_the_least_of_them(void **state)
{
	struct refit_verdict merges[8];

	(void)state;
	for (int i = 0; i < 8; i++)
		merges[i] =
			(struct refit_verdict){ 0.705f + (float)i / 200, true };
	assert_float_equal(refit_threshold(merges, 8), 0.70f, 1e-6);
	/* Fewer do not reach as far: 0.02 a line. */
	assert_float_equal(refit_threshold(merges, 3), ENGINE_STRICT, 0);
}

static void many_splits_move_it_up(void **state)
{
	struct refit_verdict splits[6];

	(void)state;
	for (int i = 0; i < 6; i++)
		splits[i] = (struct refit_verdict){ 0.845f, false };
	assert_float_equal(refit_threshold(splits, 6), 0.85f, 1e-6);
}

static void it_goes_no_further_than_makes_sense(void **state)
{
	struct refit_verdict far[40];

	(void)state;
	for (int i = 0; i < 40; i++)
		far[i] = (struct refit_verdict){ 0.50f, true };
	assert_float_equal(refit_threshold(far, 40), ENGINE_STRICT, 0);
	for (int i = 0; i < 40; i++)
		far[i] = (struct refit_verdict){ i ? 0.61f : 0.50f, true };
	assert_float_equal(refit_threshold(far, 40), 0.61f, 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_line_it_stays_where_it_was),
		cmocka_unit_test(one_odd_merge_moves_nothing),
		cmocka_unit_test(lines_it_gets_right_move_nothing),
		cmocka_unit_test(many_merges_move_it_down_to_the_least_of_them),
		cmocka_unit_test(many_splits_move_it_up),
		cmocka_unit_test(it_goes_no_further_than_makes_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
