#include "signatures/base/bits.h"

#include <string.h>

#include "tests/unit.h"

static uint64_t next(uint64_t word)
{
	return word * UINT64_C(6364136223846793005) + 1442695040888963407;
}

static void bytes_come_back_as_bits(void **state)
{
	uint64_t word = 1;
	uint8_t yes[64];

	(void)state;
	for (size_t round = 0; round < 1000; round++, word = next(word)) {
		for (size_t i = 0; i < 64; i++)
			yes[i] = word >> i & 1;
		assert_int_equal(bits_of_bytes(yes), word);
	}
}

static void each_bit_is_counted(void **state)
{
	uint64_t word = 1;

	(void)state;
	for (size_t round = 0; round < 1000; round++, word = next(word)) {
		unsigned int ones = 0;

		for (size_t i = 0; i < 64; i++)
			ones += word >> i & 1;
		assert_int_equal(bits_ones(word), ones);
	}
	assert_int_equal(bits_ones(UINT64_MAX), 64);
}

/* Of all lengths, with the one bit anywhere in and behind them. */
static void one_bit_is_seen_wherever_it_is(void **state)
{
	enum {
		WORDS = 20
	};
	uint64_t words[WORDS];

	(void)state;
	for (size_t at = 0; at < WORDS; at++) {
		memset(words, 0, sizeof(words));
		words[at] = UINT64_C(1) << at * 3;
		for (size_t count = 0; count <= WORDS; count++)
			assert_int_equal(bits_any(words, count), at < count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_come_back_as_bits),
		cmocka_unit_test(each_bit_is_counted),
		cmocka_unit_test(one_bit_is_seen_wherever_it_is),
	};

	return cmocka_run_group_tests_name("bits", tests, NULL, NULL);
}
