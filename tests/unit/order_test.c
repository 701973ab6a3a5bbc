#include <stdlib.h>

#include "signatures/base/order.h"
#include "tests/unit.h"

enum {
	MOST = 5000
};

static uint64_t chance(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 20;
}

/* Bits that all have in common cost nothing, and must not. */
static void check(size_t count, uint64_t mask, uint64_t always)
{
	uint64_t *numbers = calloc(count + 1, sizeof(*numbers));
	uint64_t seed = count, sum = 0;

	for (size_t i = 0; i < count; i++) {
		numbers[i] = (chance(&seed) << 24 & mask) | always;
		sum += numbers[i] * numbers[i];
	}
	order_numbers(numbers, count);
	for (size_t i = 0; i < count; i++) {
		sum -= numbers[i] * numbers[i];
		assert_true(!i || numbers[i - 1] <= numbers[i]);
	}
	assert_true(sum == 0);
	free(numbers);
}

static void numbers_rise_and_are_the_same(void **state)
{
	static const size_t counts[] = { 0, 1, 2, 3, 2047, 2048, 2049, MOST };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		check(counts[i], UINT64_MAX, 0);
		check(counts[i], UINT64_C(0xffff00000000), 1);
		check(counts[i], 0, UINT64_C(1) << 63);
	}
}

static void a_pair_goes_by_its_first(void **state)
{
	(void)state;
	assert_true(order_pair(1, UINT32_MAX) < order_pair(2, 0));
	assert_true(order_pair(UINT32_MAX, 1) < order_pair(UINT32_MAX, 2));
	assert_int_equal((uint32_t)order_pair(7, 9), 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_rise_and_are_the_same),
		cmocka_unit_test(a_pair_goes_by_its_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
