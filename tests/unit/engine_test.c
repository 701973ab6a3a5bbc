#include "signatures/cluster/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/checkpoint.h"
#include "signatures/cluster/feature.h"

#include "tests/unit.h"

enum {
	BUGS = 40,
	CRASHES = 600,
	DEPTH = 8
};

struct crash_stream {
	struct engine_feature features[ENGINE_FEATURES_MAX];
	struct engine_signature signature;
};

/* Crash n of bug n % BUGS: the bug's own frames over common ones. */
static void make_stream(struct crash_stream *ret, uint32_t n)
{
	static const char *const modules[] = { "nt", "ntfs.sys", "a.sys",
					       "b.sys" };
	struct feature_frame frames[DEPTH];
	const uint64_t code = hash_mix(99, n % BUGS % 5);
	const uint32_t bug = n % BUGS;

	for (uint32_t k = 0; k < DEPTH; k++) {
		const uint32_t own = k < 4 ? 1000 + bug * 10 + k : k;
		const uint32_t noise = k == 7 ? n / BUGS : 0;

		frames[k] =
			(struct feature_frame){ hash_mix(own, noise),
						modules[(bug + k) % 4], NULL };
	}
	ret->signature.count =
		feature_stream(frames, DEPTH, &code, 1, ret->features);
	ret->signature.features = ret->features;
	ret->signature.key = engine_key(ret->features, ret->signature.count);
	ret->signature.time = n;
}

static void one_bug_makes_one_family(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	uint64_t family[BUGS] = { 0 };
	size_t apart = 0;

	(void)state;
	for (uint32_t n = 0; n < CRASHES; n++) {
		struct engine_place place;

		make_stream(&stream, n);
		place = engine_insert(engine, &stream.signature);
		if (n >= BUGS && place.family != family[n % BUGS])
			apart++;
		if (n < BUGS)
			family[n] = place.family;
	}
	assert_int_equal(apart, 0);
	for (size_t i = 0; i < BUGS; i++)
		for (size_t k = 0; k < i; k++)
			assert_true(family[i] != family[k]);
	engine_destroy(engine);
}

static void a_loaded_engine_goes_on_as_the_saved_one(void **state)
{
	struct engine *whole = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	struct engine *half = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	char path[] = "/tmp/checkpoint.XXXXXX";
	struct error err;
	uint64_t word = 0;

	(void)state;
	close(mkstemp(path));
	for (uint32_t n = 0; n < CRASHES; n++) {
		make_stream(&stream, n);
		if (n == CRASHES / 2) {
			assert_int_equal(checkpoint_save(half, 77, path, &err),
					 STATUS_OK);
			engine_destroy(half);
			assert_int_equal(
				checkpoint_load(path, &half, &word, &err),
				STATUS_OK);
			assert_int_equal(word, 77);
		}

		const struct engine_place a =
			engine_insert(whole, &stream.signature);
		const struct engine_place b =
			engine_insert(half, &stream.signature);

		assert_true(a.cluster == b.cluster && a.family == b.family);
		assert_true(a.score == b.score && a.nearest == b.nearest);
	}
	engine_destroy(whole);
	engine_destroy(half);
	unlink(path);
}

static void a_damaged_checkpoint_is_refused(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	char path[] = "/tmp/checkpoint.XXXXXX";
	struct error err;
	uint64_t word = 0;

	(void)state;
	close(mkstemp(path));
	make_stream(&stream, 1);
	engine_insert(engine, &stream.signature);
	assert_int_equal(checkpoint_save(engine, 1, path, &err), STATUS_OK);
	engine_destroy(engine);
	assert_int_equal(truncate(path, 200), 0);
	engine = NULL;
	assert_int_equal(checkpoint_load(path, &engine, &word, &err),
			 STATUS_CORRUPT);
	assert_null(engine);
	unlink(path);
}

static void the_like_are_found_without_inserting(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	static struct crash_stream stream;
	struct engine_neighbour near[5];

	(void)state;
	for (uint32_t n = 0; n < BUGS * 3; n++) {
		make_stream(&stream, n);
		engine_insert(engine, &stream.signature);
	}
	make_stream(&stream, BUGS * 7 + 3);
	assert_true(engine_similar(engine, &stream.signature, near, 5) > 1);
	assert_true(near[0].likeness >= near[1].likeness);
	make_stream(&stream, 3);
	assert_true(near[0].cluster == stream.signature.key);
	assert_int_equal(engine_count(engine), BUGS * 3);
	engine_destroy(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_bug_makes_one_family),
		cmocka_unit_test(a_loaded_engine_goes_on_as_the_saved_one),
		cmocka_unit_test(a_damaged_checkpoint_is_refused),
		cmocka_unit_test(the_like_are_found_without_inserting),
	};

	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}
