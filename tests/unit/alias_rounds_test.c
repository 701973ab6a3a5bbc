#include "signatures/cluster/alias.h"

#include <string.h>

#include "tests/unit.h"

/*
 * Two builds of each module, every function of the second a little further
 * on.  What is learned of one module leads to the next, round by round.
 */
enum {
	FUNCTIONS = 14,
	BUILDS = 2,
	MODULES = 5,
	FRAMES = MODULES * BUILDS * FUNCTIONS,
	STACKS = 8 * BUILDS * FUNCTIONS
};

/* Z_OLD is only in stacks of old builds, Z_NEW in those of new ones. */
enum module {
	V,
	X,
	Y,
	Z_OLD,
	Z_NEW
};

struct scene {
	struct alias_frame frames[FRAMES];
	struct alias_stack stacks[STACKS];
	uint32_t stacked[STACKS][3];
	size_t stack_count;
	bool touched[FRAMES];
};

/* What one time left for the next. */
struct left {
	uint32_t named[FRAMES][ALIAS_ROUNDS];
	struct alias_learned learned[MODULES * BUILDS];
	size_t count;
};

static uint32_t frame(enum module module, uint32_t build, uint32_t function)
{
	return ((uint32_t)module * BUILDS + build) * FUNCTIONS + function;
}

static void begin(struct scene *scene)
{
	*scene = (struct scene){ .stack_count = 0 };
	for (uint32_t f = 0; f < FRAMES; f++) {
		const uint32_t build = f / FUNCTIONS % BUILDS;

		scene->frames[f] = (struct alias_frame){
			.module = 100 + f / FUNCTIONS / BUILDS,
			.build = build,
			.order = build,
			.offset = 0x1000 + f % FUNCTIONS * 0x200 + build * 0x40,
		};
	}
}

static void add(struct scene *scene, uint64_t code, const uint32_t *frames,
		size_t count)
{
	const size_t i = scene->stack_count++;

	memcpy(scene->stacked[i], frames, count * sizeof(*frames));
	scene->stacks[i] =
		(struct alias_stack){ code, scene->stacked[i], count };
}

/* A stack of one frame, under a code of its own in either build. */
static void add_alone(struct scene *scene, enum module module)
{
	for (uint32_t b = 0; b < BUILDS; b++)
		for (uint32_t f = 0; f < FUNCTIONS; f++) {
			const uint32_t one = frame(module, b, f);

			add(scene, 1000 + f, &one, 1);
		}
}

/* X over V: X is known by what V is called. */
static void add_x_over_v(struct scene *scene)
{
	for (uint32_t b = 0; b < BUILDS; b++)
		for (uint32_t f = 0; f < FUNCTIONS; f++) {
			const uint32_t both[] = { frame(X, b, f),
						  frame(V, b, f) };

			add(scene, 1, both, 2);
		}
}

/* Y two below X, what is between is nothing to either: known by X alone. */
static void add_y_below_x(struct scene *scene)
{
	for (uint32_t b = 0; b < BUILDS; b++)
		for (uint32_t f = 0; f < FUNCTIONS; f++) {
			const uint32_t all[] = { frame(X, b, f),
						 frame(b ? Z_NEW : Z_OLD, b, f),
						 frame(Y, b, f) };

			add(scene, 2, all, 3);
		}
}

static void touch(struct scene *scene, enum module module)
{
	for (uint32_t b = 0; b < BUILDS; b++)
		for (uint32_t f = 0; f < FUNCTIONS; f++)
			scene->touched[frame(module, b, f)] = true;
}

static bool find(void *closure, uint64_t module, uint64_t build,
		 struct bytes *ret)
{
	const struct left *left = closure;

	for (size_t i = 0; i < left->count; i++)
		if (left->learned[i].module == module &&
		    left->learned[i].build == build) {
			*ret = left->learned[i].links;
			return true;
		}
	return false;
}

/* left: of the time before, and then of this. */
static void learn(const struct scene *scene, struct left *left,
		  struct arena *arena, uint32_t *node)
{
	struct alias_memory memory = {
		.named = left->named,
		.touched = scene->touched,
		.find = find,
		.closure = left,
		.arena = arena,
	};

	alias_learn(scene->frames, FRAMES, scene->stacks, scene->stack_count,
		    &memory, node);
	for (size_t i = 0; i < memory.learned_count; i++) {
		size_t k = 0;

		while (k < left->count &&
		       (left->learned[k].module != memory.learned[i].module ||
			left->learned[k].build != memory.learned[i].build))
			k++;
		left->count += k == left->count;
		left->learned[k] = memory.learned[i];
	}
}

static void assert_united(const uint32_t *node, enum module module, bool united)
{
	for (uint32_t f = 0; f < FUNCTIONS; f++)
		assert_int_equal(node[frame(module, 1, f)],
				 frame(module, united ? 0 : 1, f));
}

static void learn_first(const struct scene *scene, struct left *left,
			struct arena *arena, uint32_t *node)
{
	left->count = 0;
	memset(left->named, 0xff, sizeof(left->named));
	learn(scene, left, arena, node);
}

/* With what was left before all is as without. */
static void learn_again(const struct scene *scene, struct left *left,
			struct arena *arena, uint32_t *node)
{
	uint32_t anew[FRAMES];

	learn(scene, left, arena, node);
	alias_learn(scene->frames, FRAMES, scene->stacks, scene->stack_count,
		    NULL, anew);
	assert_memory_equal(node, anew, sizeof(anew));
}

static void a_name_changes_what_is_two_frames_away(void **state)
{
	static struct scene before, after;
	static struct left left;
	uint32_t node[FRAMES];
	struct arena arena;

	(void)state;
	arena_init(&arena);
	begin(&before);
	add_alone(&before, V);
	add_y_below_x(&before);
	learn_first(&before, &left, &arena, node);
	assert_united(node, X, false);
	assert_united(node, Y, false);
	begin(&after);
	add_alone(&after, V);
	add_y_below_x(&after);
	add_alone(&after, X);
	touch(&after, X);
	learn_again(&after, &left, &arena, node);
	assert_united(node, X, true);
	assert_united(node, Y, true);
	arena_deinit(&arena);
}

/*
 * What was linked in one round is not said again in the next.  Where it is not
 * linked so early any more the next has to say it, though all is called there
 * what it was called.
 */
static void what_is_learned_later_than_before_is_not_lost(void **state)
{
	static struct scene before, after;
	static struct left left;
	uint32_t node[FRAMES];
	struct arena arena;

	(void)state;
	arena_init(&arena);
	begin(&before);
	add_y_below_x(&before);
	add_x_over_v(&before);
	add_alone(&before, V);
	add_alone(&before, X);
	learn_first(&before, &left, &arena, node);
	assert_united(node, Y, true);
	begin(&after);
	add_y_below_x(&after);
	add_x_over_v(&after);
	add_alone(&after, V);
	touch(&after, X);
	learn_again(&after, &left, &arena, node);
	assert_united(node, X, true);
	assert_united(node, Y, true);
	arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_changes_what_is_two_frames_away),
		cmocka_unit_test(what_is_learned_later_than_before_is_not_lost),
	};

	return cmocka_run_group_tests_name("alias_rounds", tests, NULL, NULL);
}
