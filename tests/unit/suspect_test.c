#include "query/suspect.h"
#include "tests/unit.h"

enum {
	MACHINES = 60
};

static uint32_t random_below(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* A fleet in which every machine is like the others. */
static void make_fleet(struct suspect *fleet, uint64_t *seed)
{
	memset(fleet, 0, MACHINES * sizeof(*fleet));
	for (uint32_t i = 0; i < MACHINES; i++) {
		fleet[i].crashes = 1 + random_below(seed, 12);
		for (uint64_t k = 0; k < fleet[i].crashes; k++) {
			fleet[i].signs[SUSPECT_OWN_WAYS] +=
				random_below(seed, 30) == 0;
			fleet[i].signs[SUSPECT_MANY_WAYS] +=
				random_below(seed, 2);
			fleet[i].signs[SUSPECT_ONE_BIT] +=
				random_below(seed, 50) == 0;
			fleet[i].signs[SUSPECT_MEMORY] +=
				random_below(seed, 100) == 0;
		}
	}
}

static void a_machine_that_fails_in_many_ways_is_doubted(void **state)
{
	struct suspect fleet[MACHINES];
	uint64_t seed = 1;

	(void)state;
	make_fleet(fleet, &seed);
	fleet[7] =
		(struct suspect){ .crashes = 20, .signs = { 8, 11, 5, 4, 0 } };
	suspect_judge(fleet, MACHINES);
	assert_true(fleet[7].q < SUSPECT_Q / 100);
	for (size_t i = 0; i < MACHINES; i++)
		assert_true(i == 7 || fleet[i].q > SUSPECT_Q);
}

static void many_crashes_of_one_kind_are_no_sign(void **state)
{
	struct suspect fleet[MACHINES];
	uint64_t seed = 2;

	(void)state;
	make_fleet(fleet, &seed);
	fleet[7] = (struct suspect){ .crashes = 500, .signs = { 1, 1 } };
	suspect_judge(fleet, MACHINES);
	assert_true(fleet[7].q > SUSPECT_Q);
}

static void many_ways_within_minutes_of_starting_are_a_sign(void **state)
{
	struct suspect fleet[MACHINES];
	uint64_t seed = 3;

	(void)state;
	make_fleet(fleet, &seed);
	for (size_t i = 0; i < MACHINES; i++) {
		fleet[i].timed_ways = 4;
		fleet[i].signs[SUSPECT_EARLY] = i % 10 == 0;
	}
	fleet[7].timed_ways = 10;
	fleet[7].signs[SUSPECT_EARLY] = 9;
	suspect_judge(fleet, MACHINES);
	assert_true(fleet[7].p[SUSPECT_EARLY] < 1e-6);
	assert_true(fleet[7].expected[SUSPECT_EARLY] < 0.5);
	/* One early way is a driver that fails at boot: no machine's fault. */
	assert_true(fleet[10].p[SUSPECT_EARLY] > 0.05);
	for (size_t i = 0; i < MACHINES; i++)
		assert_true(i == 7 || fleet[i].q > SUSPECT_Q);
}

static void a_machine_alone_has_nothing_to_be_held_against(void **state)
{
	struct suspect machine = { .crashes = 9, .signs = { 9, 9, 9, 9, 9 } };

	(void)state;
	suspect_judge(&machine, 1);
	assert_true(machine.q > SUSPECT_Q);
	suspect_judge(NULL, 0);
}

static void chance_is_doubted_no_more_often_than_promised(void **state)
{
	struct suspect fleet[MACHINES];
	uint64_t seed = 3;
	unsigned alarms = 0;

	(void)state;
	for (unsigned corpus = 0; corpus < 1000; corpus++) {
		bool alarm = false;

		make_fleet(fleet, &seed);
		suspect_judge(fleet, MACHINES);
		for (size_t i = 0; i < MACHINES; i++)
			alarm |= fleet[i].q <= SUSPECT_Q;
		alarms += alarm;
	}
	assert_true(alarms <= 1000 * SUSPECT_Q);
}

static void one_is_no_plural(void **state)
{
	(void)state;
	for (enum suspect_sign sign = 0; sign < SUSPECT_SIGNS; sign++)
		assert_string_not_equal(suspect_sign_words(sign, 1),
					suspect_sign_words(sign, 2));
	assert_string_equal(suspect_sign_words(SUSPECT_ONE_BIT, 1),
			    "value wrong by one bit");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_machine_that_fails_in_many_ways_is_doubted),
		cmocka_unit_test(many_crashes_of_one_kind_are_no_sign),
		cmocka_unit_test(
			many_ways_within_minutes_of_starting_are_a_sign),
		cmocka_unit_test(
			a_machine_alone_has_nothing_to_be_held_against),
		cmocka_unit_test(chance_is_doubted_no_more_often_than_promised),
		cmocka_unit_test(one_is_no_plural),
	};

	return cmocka_run_group_tests_name("suspect", tests, NULL, NULL);
}
