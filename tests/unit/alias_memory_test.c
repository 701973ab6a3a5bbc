#include <stdlib.h>
#include <string.h>

#include "signatures/cluster/alias.h"
#include "tests/unit.h"

enum {
	MODULES = 3,
	BUILDS = 7,
	FUNCTIONS = 14,
	PLACES = MODULES * BUILDS * FUNCTIONS,
	STACKS = 420,
	DEPTH = 6,
	NIGHTS = 12
};

/* Crashes that come and go, and what the last time left of them. */
struct fleet {
	uint32_t at[STACKS][DEPTH]; /* places */
	bool is_there[STACKS];
	bool was_there[STACKS];
	uint32_t named[PLACES][ALIAS_ROUNDS]; /* places */
	struct alias_learned kept[MODULES * BUILDS];
	size_t kept_count;
	struct arena arenas[NIGHTS + 1];
	size_t night;
	size_t asked, learned;
};

/* One time: the frames that are there, by place and in order. */
struct scene {
	uint32_t index[PLACES], place[PLACES];
	struct alias_frame frames[PLACES];
	size_t frame_count;
	struct alias_stack stacks[STACKS];
	uint32_t stacked[STACKS][DEPTH];
	size_t stack_count;
};

static uint32_t number(uint64_t *seed, uint32_t below)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % below;
}

static uint32_t build_of(uint32_t place)
{
	return place / FUNCTIONS;
}

static struct alias_frame frame_of(uint32_t place)
{
	const uint32_t function = place % FUNCTIONS;
	const uint32_t build = build_of(place) % BUILDS;

	return (struct alias_frame){
		.module = 5 + build_of(place) / BUILDS,
		.build = 100 + build * 3 % BUILDS,
		.offset = 0x1000 + function * 0x140 +
			  build * (function > 5 ? 0x40 : 0x10),
	};
}

/* Paths of a release, most of them trodden before. */
static void make_stacks(struct fleet *fleet, uint64_t seed)
{
	for (uint32_t s = 0; s < STACKS; s++) {
		const uint32_t release = s * BUILDS / STACKS;
		const uint32_t path = number(&seed, 12);

		for (uint32_t k = 0; k < DEPTH; k++) {
			const uint32_t module = (path + k) % MODULES;
			const uint32_t function =
				number(&seed, 9) == 0
					? number(&seed, FUNCTIONS)
					: (path * 5 + k * 3) % FUNCTIONS;

			fleet->at[s][k] =
				(module * BUILDS + release) * FUNCTIONS +
				function;
		}
	}
}

/* Of a build: the first of the stacks that has it. */
static void order_builds(const struct fleet *fleet, uint32_t *ret)
{
	memset(ret, 0xff, MODULES * BUILDS * sizeof(*ret));
	for (uint32_t s = STACKS; s-- > 0;)
		for (uint32_t k = 0; fleet->is_there[s] && k < DEPTH; k++)
			ret[build_of(fleet->at[s][k])] = s;
}

static const struct scene *sorting;

static int by_place(const void *left, const void *right)
{
	const struct alias_frame *a = &sorting->frames[*(const uint32_t *)left];
	const struct alias_frame *b =
		&sorting->frames[*(const uint32_t *)right];

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

static void place_frames(const struct fleet *fleet, struct scene *scene)
{
	uint32_t orders[MODULES * BUILDS];
	bool has[PLACES] = { false };

	for (uint32_t s = 0; s < STACKS; s++)
		for (uint32_t k = 0; fleet->is_there[s] && k < DEPTH; k++)
			has[fleet->at[s][k]] = true;
	order_builds(fleet, orders);
	for (uint32_t p = 0; p < PLACES; p++) {
		scene->frames[p] = frame_of(p);
		scene->frames[p].order = orders[build_of(p)];
		scene->index[p] = ALIAS_NOBODY;
		if (has[p])
			scene->place[scene->frame_count++] = p;
	}
	sorting = scene;
	qsort(scene->place, scene->frame_count, sizeof(*scene->place),
	      by_place);
	for (uint32_t i = 0; i < scene->frame_count; i++)
		scene->index[scene->place[i]] = i;
	for (uint32_t i = 0; i < scene->frame_count; i++) {
		scene->frames[i] = frame_of(scene->place[i]);
		scene->frames[i].order = orders[build_of(scene->place[i])];
	}
}

static struct scene *make_scene(const struct fleet *fleet)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	place_frames(fleet, scene);
	for (uint32_t s = 0; s < STACKS; s++) {
		uint32_t *stacked = scene->stacked[scene->stack_count];

		if (!fleet->is_there[s])
			continue;
		for (uint32_t k = 0; k < DEPTH; k++)
			stacked[k] = scene->index[fleet->at[s][k]];
		scene->stacks[scene->stack_count++] =
			(struct alias_stack){ s % 4, stacked, DEPTH };
	}
	return scene;
}

static bool find(void *closure, uint64_t module, uint64_t build,
		 struct bytes *ret)
{
	struct fleet *fleet = closure;

	fleet->asked++;
	for (size_t i = 0; i < fleet->kept_count; i++)
		if (fleet->kept[i].module == module &&
		    fleet->kept[i].build == build) {
			*ret = fleet->kept[i].links;
			return true;
		}
	return false;
}

static void keep(struct fleet *fleet, const struct alias_learned *learned)
{
	size_t i = 0;

	while (i < fleet->kept_count &&
	       (fleet->kept[i].module != learned->module ||
		fleet->kept[i].build != learned->build))
		i++;
	fleet->kept_count += i == fleet->kept_count;
	fleet->kept[i] = *learned;
}

static void touch(const struct fleet *fleet, const struct scene *scene,
		  bool *ret)
{
	bool builds[MODULES * BUILDS] = { false };

	for (uint32_t s = 0; s < STACKS; s++)
		for (uint32_t k = 0; k < DEPTH; k++)
			builds[build_of(fleet->at[s][k])] |=
				fleet->is_there[s] != fleet->was_there[s];
	for (size_t i = 0; i < scene->frame_count; i++)
		ret[i] = builds[build_of(scene->place[i])];
}

/* Learn with what the last time left; node by place. */
static void learn(struct fleet *fleet, const struct scene *scene,
		  uint32_t *node)
{
	struct arena *arena = &fleet->arenas[fleet->night++];
	uint32_t named[PLACES][ALIAS_ROUNDS];
	bool touched[PLACES];
	struct alias_memory memory = { .named = named,
				       .touched = touched,
				       .find = find,
				       .closure = fleet,
				       .arena = arena };

	arena_init(arena);
	touch(fleet, scene, touched);
	for (size_t i = 0; i < scene->frame_count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++) {
			const uint32_t place = fleet->named[scene->place[i]][r];

			named[i][r] = place == ALIAS_NOBODY
					      ? ALIAS_NOBODY
					      : scene->index[place];
		}
	alias_learn(scene->frames, scene->frame_count, scene->stacks,
		    scene->stack_count, &memory, node);
	memset(fleet->named, 0xff, sizeof(fleet->named));
	for (size_t i = 0; i < scene->frame_count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++)
			fleet->named[scene->place[i]][r] =
				scene->place[named[i][r]];
	for (size_t i = 0; i < memory.learned_count; i++)
		keep(fleet, &memory.learned[i]);
	fleet->learned = memory.learned_count;
	memcpy(fleet->was_there, fleet->is_there, sizeof(fleet->is_there));
}

/* Frames that go by the name of another. */
static size_t check_night(struct fleet *fleet)
{
	struct scene *scene = make_scene(fleet);
	uint32_t node[PLACES], wanted[PLACES];
	size_t united = 0;

	learn(fleet, scene, node);
	alias_learn(scene->frames, scene->frame_count, scene->stacks,
		    scene->stack_count, NULL, wanted);
	for (size_t i = 0; i < scene->frame_count; i++) {
		assert_int_equal(node[i], wanted[i]);
		united += node[i] != i;
	}
	free(scene);
	return united;
}

static struct fleet *make_fleet(uint64_t seed)
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	assert_non_null(fleet);
	memset(fleet->named, 0xff, sizeof(fleet->named));
	make_stacks(fleet, seed);
	return fleet;
}

static void end_fleet(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->night; i++)
		arena_deinit(&fleet->arenas[i]);
	free(fleet);
}

static void with_memory_it_is_learned_as_without(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct fleet *fleet = make_fleet(seed);
		uint64_t dice = seed * 77;
		size_t united = 0;

		for (uint32_t s = 0; s < STACKS; s++)
			fleet->is_there[s] = number(&dice, 3) > 0;
		for (uint32_t night = 0; night < NIGHTS; night++) {
			const uint32_t news = number(&dice, night % 3 ? 6 : 60);

			united = check_night(fleet);
			for (uint32_t i = 0; i < news; i++)
				fleet->is_there[number(&dice, STACKS)] ^= true;
		}
		assert_in_range(united, PLACES / 3, PLACES);
		end_fleet(fleet);
	}
}

static void nights_of_new_builds_are_learned_as_at_once(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++) {
		struct fleet *fleet = make_fleet(seed);

		for (uint32_t night = 0; night < NIGHTS; night++) {
			for (uint32_t s = 0; s < STACKS; s++)
				fleet->is_there[s] =
					s < (night + 1) * STACKS / NIGHTS;
			check_night(fleet);
		}
		end_fleet(fleet);
	}
}

static void what_is_as_it_was_is_not_learned_again(void **state)
{
	struct fleet *fleet = make_fleet(3);

	(void)state;
	memset(fleet->is_there, true, sizeof(fleet->is_there));
	fleet->is_there[STACKS - 1] = false;
	check_night(fleet);
	/* The first build of a module is compared with none. */
	assert_int_equal(fleet->learned, MODULES * (BUILDS - 1));
	check_night(fleet);
	assert_int_equal(fleet->learned, 0);
	assert_int_equal(fleet->asked, 2 * MODULES * BUILDS);
	fleet->is_there[STACKS - 1] = true;
	check_night(fleet);
	assert_in_range(fleet->learned, 1, MODULES * (BUILDS - 1) - 1);
	end_fleet(fleet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_memory_it_is_learned_as_without),
		cmocka_unit_test(nights_of_new_builds_are_learned_as_at_once),
		cmocka_unit_test(what_is_as_it_was_is_not_learned_again),
	};

	return cmocka_run_group_tests_name("alias_memory", tests, NULL, NULL);
}
