#include <inttypes.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/likeness.h"
#include "signatures/settle/memory.h"
#include "tests/unit.h"

/*
 * What clustering makes of a crash of nobody's: other weights or features are
 * another memory.
 */
static uint64_t rules(void)
{
	static const struct crash_frame stack[] = {
		{ .module = "nt", .symbol = "KiPageFault.part.2" },
		{ .module = "disk.sys", .build = 7, .offset = 0x120 },
		{ .module = "disk.sys", .symbol = "Read_block2" },
	};
	static const struct crash crash = {
		.bugcheck = { .code = { true, 0x139 },
			      .args = { { true, 3 }, { true, 4 } },
			      .text = "KERNEL_SECURITY: out of bounds" },
	};
	static struct engine_feature features[ENGINE_FEATURES_MAX];
	struct feature_frame frames[3];
	uint64_t codes[STREAM_CODES_MAX];
	struct arena arena;
	uint64_t ret;
	size_t count;
	bool bare;
	static struct weights weights;
	static struct weighted weighed[ENGINE_FEATURES_MAX];
	static uint32_t df[ENGINE_FEATURES_MAX];
	static uint32_t places[ENGINE_FEATURES_MAX];
	static uint8_t classes[ENGINE_FEATURES_MAX];
	float numbers[3];

	arena_init(&arena);
	for (size_t i = 0; i < 3; i++)
		frames[i] = stream_frame(&stack[i], &arena, &bare);
	count = feature_stream(frames, 3, codes, stream_codes(&crash, codes),
			       features);
	arena_deinit(&arena);
	ret = engine_key(features, count);
	for (size_t i = 0; i < count; i++)
		ret = hash_mix(ret, engine_feature_number(features[i]));
	weights_start(&weights, 1000);
	for (size_t i = 0; i < count; i++) {
		places[i] = df[i] = (uint32_t)i;
		classes[i] = features[i].class;
	}
	weights_weigh(&weights, df, places, classes, count, weighed);
	for (size_t i = 0; i < count; i++)
		ret = hash_mix(ret, hash_64(&weighed[i].weight, sizeof(float)));
	numbers[0] = ENGINE_STRICT;
	numbers[1] = ENGINE_LOOSE;
	numbers[2] = likeness_from((struct likeness_shares){ 3, 2, 1 });
	return hash_mix(ret, hash_64(numbers, sizeof(numbers)));
}

static void the_rules_are_those_that_are_written_down(void **state)
{
	const uint64_t now = rules();

	(void)state;
	if (now != MEMORY_RULES)
		fail_msg("MEMORY_RULES is 0x%016" PRIx64 " now", now);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rules_are_those_that_are_written_down),
	};

	return cmocka_run_group_tests_name("memory_rules", tests, NULL, NULL);
}
