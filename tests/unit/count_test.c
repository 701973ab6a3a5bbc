#include "query/count.h"

#include <stdlib.h>

#include "tests/unit.h"

static void keys_are_counted_and_machines_once_each(void **state)
{
	const uint32_t keys[] = { 1, 2, 1, 0, 1, 3 };
	const uint32_t machines[] = { 5, 5, 5, 5, 6, 0 };
	struct count *count = count_create();

	(void)state;
	count_rows(count, keys, NULL, 6);
	assert_int_equal(count_crashes(count, 0), 1);
	assert_int_equal(count_crashes(count, 1), 3);
	assert_int_equal(count_crashes(count, 9), 0);
	assert_int_equal(count_choose(count, 1, 7), 3);
	count_row_machines(count, keys, machines, NULL, 6);
	count_finish(count);
	assert_int_equal(count_machines(count, 1), 2);
	assert_int_equal(count_machines(count, 2), 1);
	assert_int_equal(count_machines(count, 3), 0); /* none is no machine */
	assert_false(count_chosen(count, 0));
	count_destroy(count);
}

static void only_rows_whose_bit_is_set_count(void **state)
{
	uint32_t keys[130];
	const uint64_t bits[] = { 1ull << 63, 1, 3 };
	struct count *count = count_create();

	(void)state;
	for (size_t i = 0; i < 130; i++)
		keys[i] = (uint32_t)i;
	count_rows(count, keys, bits, 130);
	for (uint32_t i = 0; i < 130; i++)
		assert_int_equal(count_crashes(count, i),
				 i == 63 || i == 64 || i == 128 || i == 129);
	count_destroy(count);
}

static void the_first_keys_have_no_less_than_the_least(void **state)
{
	const uint32_t keys[] = { 1, 1, 1, 2, 2, 3, 3, 4, 0, 0, 0, 0 };
	struct count *count = count_create();

	(void)state;
	count_rows(count, keys, NULL, 12);
	assert_int_equal(count_least(count, 0), 0);
	assert_int_equal(count_least(count, 1), 3);
	assert_int_equal(count_least(count, 2), 2);
	assert_int_equal(count_least(count, 3), 2);
	assert_int_equal(count_least(count, 4), 1);
	assert_int_equal(count_least(count, 5), 0);
	count_destroy(count);
}

static void keys_under_the_least_are_passed_over(void **state)
{
	const uint32_t keys[] = { 1, 1, 2 };
	const uint32_t machines[] = { 1, 2, 3 };
	struct count *count = count_create();

	(void)state;
	count_rows(count, keys, NULL, 3);
	assert_int_equal(count_choose(count, 2, 4), 1);
	count_row_machines(count, keys, machines, NULL, 3);
	count_finish(count);
	assert_int_equal(count_machines(count, 1), 2);
	assert_false(count_chosen(count, 2));
	assert_int_equal(count_machines(count, 2), 0);
	count_destroy(count);
}

/* Many keys on many machines leave the bitmap for the list: same answer. */
static void few_and_many_machines_are_counted_alike(void **state)
{
	enum {
		ROWS = 20000,
		KEYS = 3000,
		MACHINES = 900
	};
	static uint32_t keys[ROWS], machines[ROWS];
	uint64_t seed = 1;
	uint64_t pairs[2] = { 0, 0 };

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		keys[i] = (uint32_t)(seed >> 33) % KEYS + 1;
		machines[i] = (uint32_t)(seed >> 45) % MACHINES;
	}
	for (int big = 0; big < 2; big++) {
		struct count *count = count_create();

		count_rows(count, keys, NULL, ROWS);
		count_choose(count, 1, big ? 1000000 : MACHINES);
		count_row_machines(count, keys, machines, NULL, ROWS);
		count_finish(count);
		for (uint32_t key = 1; key <= KEYS; key++)
			pairs[big] += count_machines(count, key) * key;
		count_destroy(count);
	}
	assert_true(pairs[0] > 0);
	assert_int_equal(pairs[0], pairs[1]);
}

static void counts_can_be_added(void **state)
{
	struct count *count = count_create();

	(void)state;
	count_add(count, 7, 5);
	count_add(count, 7, 2);
	assert_int_equal(count_crashes(count, 7), 7);
	assert_int_equal(count_keys(count), 8);
	assert_int_equal(count_choose(count, 7, 1), 1);
	count_destroy(count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_counted_and_machines_once_each),
		cmocka_unit_test(only_rows_whose_bit_is_set_count),
		cmocka_unit_test(the_first_keys_have_no_less_than_the_least),
		cmocka_unit_test(keys_under_the_least_are_passed_over),
		cmocka_unit_test(few_and_many_machines_are_counted_alike),
		cmocka_unit_test(counts_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
