#include "signatures/cluster/alias.h"

#include "tests/unit.h"

enum {
	FUNCTIONS = 30,
	BUILDS = 3,
	STACKS = 60,
	DEPTH = 6
};

/* Function f of build b: the same order, shifted a little more each time. */
static uint32_t offset_of(uint32_t f, uint32_t b)
{
	return 0x1000 + f * 0x140 + b * (f > 10 ? 0x40 : 0x10);
}

static void rebuilt_functions_are_united(void **state)
{
	static struct alias_frame frames[BUILDS * FUNCTIONS];
	static uint32_t at[BUILDS * STACKS][DEPTH];
	static struct alias_stack stacks[BUILDS * STACKS];
	static uint32_t node[BUILDS * FUNCTIONS];
	size_t right = 0;

	(void)state;
	for (uint32_t b = 0; b < BUILDS; b++)
		for (uint32_t f = 0; f < FUNCTIONS; f++)
			frames[b * FUNCTIONS + f] =
				(struct alias_frame){ 5, 100 + b, b,
						      offset_of(f, b) };
	for (uint32_t s = 0; s < BUILDS * STACKS; s++) {
		const uint32_t b = s % BUILDS, path = s / BUILDS;

		for (uint32_t k = 0; k < DEPTH; k++)
			at[s][k] =
				b * FUNCTIONS + (path * 7 + k * 5) % FUNCTIONS;
		stacks[s] = (struct alias_stack){ path % 4, at[s], DEPTH };
	}
	alias_learn(frames, BUILDS * FUNCTIONS, stacks, BUILDS * STACKS, NULL,
		    node);
	for (uint32_t f = 0; f < FUNCTIONS; f++) {
		assert_int_equal(node[f], f);
		for (uint32_t b = 1; b < BUILDS; b++) {
			const uint32_t n = node[b * FUNCTIONS + f];

			right += n == f;
			assert_true(n == f || n >= FUNCTIONS);
		}
	}
	assert_true(right > FUNCTIONS * (BUILDS - 1) * 8 / 10);
}

static void two_offsets_of_one_build_stay_apart(void **state)
{
	const struct alias_frame frames[] = {
		{ 5, 100, 0, 0x1000 },
		{ 5, 100, 0, 0x1010 },
		{ 5, 101, 1, 0x1000 },
	};
	const uint32_t first[] = { 0 }, second[] = { 1 }, third[] = { 2 };
	const struct alias_stack stacks[] = { { 1, first, 1 },
					      { 1, second, 1 },
					      { 1, third, 1 } };
	uint32_t node[3];

	(void)state;
	alias_learn(frames, 3, stacks, 3, NULL, node);
	assert_true(node[0] != node[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rebuilt_functions_are_united),
		cmocka_unit_test(two_offsets_of_one_build_stay_apart),
	};

	return cmocka_run_group_tests_name("alias", tests, NULL, NULL);
}
