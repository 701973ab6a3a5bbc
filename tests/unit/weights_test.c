#include "signatures/cluster/weights.h"

#include "tests/unit.h"

enum {
	FRAMES = 4,
	FEATURES = 2 * FRAMES
};

/* How much of what a frame weighs it weighs under its code as well. */
static void weigh(const uint32_t frequency[FRAMES], float ret[FRAMES])
{
	static struct weights weights;
	struct weighted weighed[FEATURES];
	uint32_t df[FEATURES], places[FEATURES];
	uint8_t classes[FEATURES];

	for (uint32_t i = 0; i < FEATURES; i++) {
		df[i] = frequency[i / 2];
		places[i] = i;
		classes[i] = i % 2 ? FEATURE_FRAME_CODE : FEATURE_FRAME;
	}
	weights_start(&weights, 10000);
	weights_weigh(&weights, df, places, classes, FEATURES, weighed);
	for (uint32_t i = 0; i < FRAMES; i++)
		ret[i] = weighed[2 * i + 1].weight / weighed[2 * i].weight;
}

/* Below those that crashes of a kind begin with. */
static void the_first_rare_frames_are_what_it_is_about(void **state)
{
	const uint32_t frequency[FRAMES] = { 5000, 9, 12, 7 };
	float share[FRAMES];

	(void)state;
	weigh(frequency, share);
	assert_true(share[1] > 5 * share[0] && share[1] < 7 * share[0]);
	assert_true(share[2] > 5 * share[0]);
	assert_true(share[3] < 2 * share[0]);
}

static void among_frequent_frames_none_is(void **state)
{
	const uint32_t frequency[FRAMES] = { 5000, 900, 300, 90 };
	float share[FRAMES];

	(void)state;
	weigh(frequency, share);
	for (size_t i = 1; i < FRAMES; i++)
		assert_true(share[i] < 2 * share[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_rare_frames_are_what_it_is_about),
		cmocka_unit_test(among_frequent_frames_none_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
