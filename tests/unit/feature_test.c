#include "signatures/cluster/feature.h"

#include "tests/unit.h"

enum {
	FRAMES = 30
};

static size_t count_class(const struct engine_feature *features, size_t count,
			  enum feature_class class)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += features[i].class == class;
	return found;
}

static size_t stream_of(const uint64_t *codes, size_t code_count,
			struct engine_feature *ret)
{
	struct feature_frame frames[FRAMES];

	for (size_t i = 0; i < FRAMES; i++)
		frames[i] = (struct feature_frame){ i + 1, "nt", NULL };
	return feature_stream(frames, FRAMES, codes, code_count, ret);
}

static void frames_near_the_top_go_with_the_code(void **state)
{
	static struct engine_feature some[ENGINE_FEATURES_MAX];
	static struct engine_feature other[ENGINE_FEATURES_MAX];
	const uint64_t codes[] = { 0xd0, 0x50 };
	const size_t count = stream_of(codes, 1, some);
	size_t at = 0;

	(void)state;
	assert_int_equal(count_class(some, count, FEATURE_FRAME), FRAMES);
	assert_int_equal(count_class(some, count, FEATURE_FRAME_CODE), 12);
	assert_int_equal(stream_of(codes + 1, 1, other), count);
	while (some[at].class != FEATURE_FRAME_CODE)
		at++;
	assert_int_equal(other[at].class, FEATURE_FRAME_CODE);
	assert_true(some[at].feature != other[at].feature);
	assert_int_equal(
		count_class(some, stream_of(NULL, 0, some), FEATURE_FRAME_CODE),
		0);
}

static void a_word_of_a_code_is_no_code(void **state)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	const uint64_t codes[] = { 0x10, 0x20 | FEATURE_CODE_IS_WORD };
	const size_t count = stream_of(codes, 2, stream);

	(void)state;
	assert_int_equal(count_class(stream, count, FEATURE_CODE), 1);
	assert_int_equal(count_class(stream, count, FEATURE_CODE_WORD), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_near_the_top_go_with_the_code),
		cmocka_unit_test(a_word_of_a_code_is_no_code),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
