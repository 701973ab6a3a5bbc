#include "signatures/cluster/engine_cut.h"

#include <stdio.h>
#include <stdlib.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/engine_state.h"
#include "tests/unit.h"

enum {
	BASE = 20300, /* in the first of the long epochs */
	CUT = 20050,
	ROOM = 600,
	BUGS = 90,
	DEPTH = 9,
	ROUNDS = 20,
	WINDOW = 10,
	WINDOWS = 40
};

/* What stands behind the base, by number of a crash. */
struct row {
	uint32_t at[ROOM];
	size_t count;
};

static uint32_t number(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

/* Crash n of bug n % BUGS: frames of the bug's own, some of them many bugs'. */
static struct engine_signature stream_of(uint32_t n)
{
	static struct engine_feature features[ENGINE_FEATURES_MAX];
	static const char *const modules[] = { "nt", "ntfs", "a", "b", "c" };
	struct feature_frame frames[DEPTH];
	const uint32_t bug = n % BUGS;
	const uint64_t code = hash_mix(7, bug % 5);
	struct engine_signature ret = { .features = features };

	for (uint32_t k = 0; k < DEPTH; k++) {
		const uint32_t own = k < 3   ? 100 + bug * 10 + k
				     : k < 6 ? 100000 + bug % 40 * 10 + k
					     : k;

		frames[k] = (struct feature_frame){
			hash_mix(own, k == 2 || k == 8 ? n / BUGS : 0),
			modules[(bug + k) % 5], NULL
		};
	}
	ret.count = feature_stream(frames, DEPTH, &code, 1, features);
	ret.key = engine_key(features, ret.count);
	return ret;
}

static void insert(struct engine *engine, uint32_t n)
{
	const struct engine_signature signature = stream_of(n);

	engine_insert(engine, &signature);
}

static struct engine *base(void)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);

	for (uint32_t n = 0; n < BASE; n++)
		insert(engine, n);
	return engine;
}

/* One leaves, one comes, or one goes to another place. */
static void change(struct row *row, uint64_t *seed, uint32_t *next)
{
	const uint32_t from = number(seed, (uint32_t)row->count);
	const uint32_t to = number(seed, (uint32_t)row->count);
	const uint32_t what = number(seed, 3);
	const uint32_t moved = what ? row->at[from] : (*next)++;

	if (what) {
		row->count--;
		for (size_t i = from; i < row->count; i++)
			row->at[i] = row->at[i + 1];
	}
	if (what == 1)
		return;
	for (size_t i = row->count++; i > to; i--)
		row->at[i] = row->at[i - 1];
	row->at[to] = moved;
}

static size_t place_of(const struct row *row, uint32_t n)
{
	size_t i = 0;

	while (i < row->count && row->at[i] != n)
		i++;
	return i;
}

/* Say of those that are gone, or stand before one they stood behind. */
static void leave(struct engine *engine, const struct row *before,
		  const struct row *after)
{
	size_t behind = 0;

	for (size_t i = 0; i < before->count; i++) {
		const size_t place = place_of(after, before->at[i]);

		if (place < after->count && place >= behind)
			behind = place + 1;
		else
			engine_cut_leave(engine, CUT + (uint32_t)i);
	}
}

static void come_again(struct engine *engine, const struct row *row)
{
	for (size_t i = 0; i < row->count; i++)
		if (!engine_cut_return(engine, stream_of(row->at[i]).key))
			insert(engine, row->at[i]);
}

static void assert_same(struct engine *one, struct engine *other,
			const struct row *row)
{
	for (size_t i = 0; i < row->count; i++) {
		const struct stored *a =
			engine_state_stored(one, CUT + (uint32_t)i);
		const struct stored *b =
			engine_state_stored(other, CUT + (uint32_t)i);

		assert_true(a->key == b->key);
		assert_true(a->place.cluster == b->place.cluster &&
			    a->place.family == b->place.family &&
			    a->place.nearest == b->place.nearest);
		assert_true(a->place.score == b->place.score &&
			    a->place.likeness == b->place.likeness);
	}
	assert_int_equal(engine_count(one), CUT + row->count);
	assert_int_equal(engine_count(other), CUT + row->count);
}

static struct row first_row(void)
{
	struct row ret = { .count = BASE - CUT };

	for (size_t i = 0; i < ret.count; i++)
		ret.at[i] = CUT + (uint32_t)i;
	return ret;
}

/* With or without a word of what leaves. */
static void what_comes_again_is_placed_as_anew(void **state)
{
	struct engine *again = base();
	struct engine *anew = base();
	struct row row = first_row();
	uint32_t next = BASE;
	uint64_t seed = 5;
	uint32_t searched = 0;
	uint32_t placed = 0;

	(void)state;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		const struct row before = row;
		const uint32_t searches = again->searches;

		for (uint32_t i = 0; i < 1 + round % 3; i++)
			change(&row, &seed, &next);
		engine_cut(again, CUT);
		if (round % 2)
			leave(again, &before, &row);
		come_again(again, &row);
		searched += again->searches - searches;
		placed += (uint32_t)row.count;
		engine_cut(anew, CUT);
		for (size_t i = 0; i < row.count; i++)
			insert(anew, row.at[i]);
		assert_same(again, anew, &row);
	}
	assert_in_range(searched, placed / 20, placed * 3 / 4);
	engine_destroy(again);
	engine_destroy(anew);
}

/* Ten frames from the n-th on: of the next it has all but one. */
static struct engine_signature window_of(uint32_t n)
{
	static struct engine_feature features[ENGINE_FEATURES_MAX];
	struct engine_signature ret = { .features = features };
	struct feature_frame frames[WINDOW];
	char modules[WINDOW][16];

	for (uint32_t k = 0; k < WINDOW; k++) {
		snprintf(modules[k], sizeof(modules[k]), "w%u", n + k);
		frames[k] = (struct feature_frame){ hash_mix(77, n + k),
						    modules[k], NULL };
	}
	ret.count = feature_stream(frames, WINDOW, NULL, 0, features);
	ret.key = engine_key(features, ret.count);
	return ret;
}

static size_t families_of_windows(struct engine *engine, uint32_t founder)
{
	const uint64_t wanted = window_of(founder).key;
	struct engine_place place;
	size_t count = 0;

	for (uint32_t n = founder; n < WINDOWS; n++) {
		assert_true(engine_find(engine, window_of(n).key, &place));
		count += place.family == wanted;
	}
	return count;
}

/* Most of them have nothing in common with it. */
static void a_family_without_its_founder_goes_by_the_next(void **state)
{
	struct engine *engine = base();

	(void)state;
	for (uint32_t n = 0; n < WINDOWS; n++) {
		const struct engine_signature signature = window_of(n);

		engine_insert(engine, &signature);
	}
	assert_int_equal(families_of_windows(engine, 0), WINDOWS);
	engine_cut(engine, BASE);
	engine_cut_leave(engine, BASE);
	for (uint32_t n = 1; n < WINDOWS; n++)
		assert_true(engine_cut_return(engine, window_of(n).key));
	assert_int_equal(families_of_windows(engine, 1), WINDOWS - 1);
	engine_destroy(engine);
}

/* Behind the cut an epoch begins: weights are others there. */
static void an_epoch_that_begins_behind_the_cut_is_another(void **state)
{
	struct engine *again = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	struct engine *anew = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	const uint32_t late[] = { 900, 901, 950 };

	(void)state;
	for (uint32_t n = 0; n < 850; n++)
		insert(again, n);
	engine_cut(again, 600);
	engine_cut_leave(again, 620);
	for (uint32_t i = 0; i < 3; i++)
		insert(again, late[i]);
	for (uint32_t n = 600; n < 850; n++)
		if (n != 620)
			assert_true(engine_cut_return(again, stream_of(n).key));
	for (uint32_t n = 0; n < 850; n++) {
		for (uint32_t i = 0; n == 600 && i < 3; i++)
			insert(anew, late[i]);
		if (n != 620)
			insert(anew, n);
	}
	for (uint32_t i = 0; i < engine_count(anew); i++) {
		const struct stored *a = engine_state_stored(again, i);
		const struct stored *b = engine_state_stored(anew, i);

		assert_true(a->key == b->key);
		assert_true(a->place.cluster == b->place.cluster &&
			    a->place.nearest == b->place.nearest &&
			    a->place.likeness == b->place.likeness);
	}
	engine_destroy(again);
	engine_destroy(anew);
}

static void what_was_left_or_never_was_does_not_return(void **state)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);

	(void)state;
	assert_false(engine_cut_return(engine, stream_of(1).key));
	for (uint32_t n = 0; n < 10; n++)
		insert(engine, n);
	engine_cut(engine, 5);
	assert_false(engine_cut_return(engine, stream_of(3).key));
	assert_false(engine_cut_return(engine, stream_of(30).key));
	engine_cut_leave(engine, 6);
	assert_false(engine_cut_return(engine, stream_of(6).key));
	assert_true(engine_cut_return(engine, stream_of(8).key));
	assert_false(engine_cut_return(engine, stream_of(8).key));
	assert_false(engine_cut_return(engine, stream_of(7).key));
	assert_int_equal(engine_count(engine), 6);
	engine_cut(engine, 2);
	assert_false(engine_cut_return(engine, stream_of(9).key));
	assert_true(engine_cut_return(engine, stream_of(2).key));
	engine_destroy(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_again_is_placed_as_anew),
		cmocka_unit_test(a_family_without_its_founder_goes_by_the_next),
		cmocka_unit_test(
			an_epoch_that_begins_behind_the_cut_is_another),
		cmocka_unit_test(what_was_left_or_never_was_does_not_return),
	};

	return cmocka_run_group_tests_name("engine_cut", tests, NULL, NULL);
}
