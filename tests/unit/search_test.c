#include "signatures/settle/search.h"

#include "signatures/store/store_foreign.h"
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

static enum status begin_many(void *state, uint32_t *rows, struct error *err)
{
	(void)state;
	(void)err;
	*rows = SEARCH_AGAIN_MOST + 1;
	return STATUS_OK;
}

static void close_nothing(void *state)
{
	(void)state;
}

static void nobody_is_told_to_settle_what_lies_elsewhere(void **state)
{
	static const struct store_foreign foreign = { .begin = begin_many,
						      .close = close_nothing };
	struct store *store =
		store_foreign_create(&foreign, NULL, "clickhouse://db1/fleet");
	struct search *search;
	struct error err;

	(void)state;
	assert_int_equal(store_begin(store, &err), STATUS_OK);
	assert_int_equal(search_open(store, &search, &err), STATUS_STORE);
	assert_null(strstr(err.text, "--settle"));
	assert_non_null(strstr(err.text, "ask the store"));
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_two_as_like_the_nearer_stands_higher),
		cmocka_unit_test(
			what_is_clearly_more_like_stands_higher_at_any_time),
		cmocka_unit_test(nobody_is_told_to_settle_what_lies_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
