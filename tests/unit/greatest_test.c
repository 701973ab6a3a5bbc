#include "query/greatest.h"

#include <stdlib.h>

#include "tests/unit.h"

enum {
	NUMBERS = 500
};

static int falling(const void *left, const void *right)
{
	const uint64_t a = *(const uint64_t *)left;
	const uint64_t b = *(const uint64_t *)right;

	return (a < b) - (a > b);
}

static void the_least_of_the_greatest_is_that_of_a_sorted_list(void **state)
{
	static const size_t mosts[] = { 1, 2, 3, 10, 77, NUMBERS };
	uint64_t numbers[NUMBERS], sorted[NUMBERS];

	(void)state;
	for (size_t i = 0; i < NUMBERS; i++)
		numbers[i] = i * 7919 % 211;
	for (size_t m = 0; m < sizeof(mosts) / sizeof(mosts[0]); m++) {
		struct greatest greatest;

		greatest_init(&greatest, mosts[m]);
		for (size_t i = 0; i < NUMBERS; i++) {
			greatest_add(&greatest, numbers[i]);
			memcpy(sorted, numbers, sizeof(sorted));
			qsort(sorted, i + 1, sizeof(*sorted), falling);
			assert_int_equal(
				greatest_least(&greatest),
				i + 1 < mosts[m] ? 0 : sorted[mosts[m] - 1]);
		}
		greatest_deinit(&greatest);
	}
}

static void of_none_nothing_is_kept(void **state)
{
	struct greatest greatest = { .most = 0 };

	(void)state;
	greatest_add(&greatest, 5);
	assert_int_equal(greatest.count, 0);
	assert_int_equal(greatest_least(&greatest), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_least_of_the_greatest_is_that_of_a_sorted_list),
		cmocka_unit_test(of_none_nothing_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
