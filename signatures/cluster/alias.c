#include "signatures/cluster/alias.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/cluster/alias_pair.h"

enum {
	ROUNDS = 3,
	LOOK_BACK = 4 /* builds compared with each build */
};

#define NO_FRAME UINT32_MAX

struct learner {
	const struct alias_frame *frames;
	uint32_t frame_count;
	struct alias_company company;
	struct alias_build *builds;
	uint32_t build_count;
	uint32_t *build_of; /* each frame */
	uint32_t *parent;
	uint32_t *next; /* ring of the frames of a node */
	uint32_t *size; /* of the node, at its root */
	uint32_t *names;
	struct alias_pair *pair;
	struct alias_bench bench;
	struct alias_view recent[LOOK_BACK + 1]; /* by build, in turn */
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static uint32_t root_of(struct learner *l, uint32_t frame)
{
	uint32_t root = frame;

	while (l->parent[root] != root)
		root = l->parent[root];
	while (l->parent[frame] != root) {
		const uint32_t up = l->parent[frame];

		l->parent[frame] = root;
		frame = up;
	}
	return root;
}

/* Would a united node hold two offsets of one build? */
static bool clash(const struct learner *l, uint32_t a, uint32_t b)
{
	uint32_t i = a;

	do {
		uint32_t j = b;

		do {
			if (l->build_of[i] == l->build_of[j])
				return true;
			j = l->next[j];
		} while (j != b);
		i = l->next[i];
	} while (i != a);
	return false;
}

static void unite(struct learner *l, uint32_t a, uint32_t b)
{
	uint32_t ra = root_of(l, a);
	uint32_t rb = root_of(l, b);

	if (ra == rb || clash(l, ra, rb))
		return;
	if (l->size[ra] < l->size[rb]) {
		const uint32_t swap = ra;

		ra = rb;
		rb = swap;
	}
	l->parent[rb] = ra;
	l->size[ra] += l->size[rb];

	const uint32_t swap = l->next[ra];

	l->next[ra] = l->next[rb];
	l->next[rb] = swap;
}

/* A node goes by the first of its frames. */
static void name_nodes(struct learner *l, uint32_t *ret)
{
	uint32_t *first =
		must(malloc(((size_t)l->frame_count + 1) * sizeof(*first)));

	memset(first, 0xff, ((size_t)l->frame_count + 1) * sizeof(*first));
	for (uint32_t f = 0; f < l->frame_count; f++) {
		const uint32_t root = root_of(l, f);

		if (first[root] == NO_FRAME)
			first[root] = f;
		ret[f] = first[root];
	}
	free(first);
}

static void align(struct learner *l, uint32_t older, uint32_t newer)
{
	const struct alias_link *links;
	const size_t count =
		alias_pair_links(l->pair, &l->recent[older % (LOOK_BACK + 1)],
				 &l->recent[newer % (LOOK_BACK + 1)], &links);

	for (size_t i = 0; i < count; i++)
		unite(l, l->builds[older].first + links[i].a,
		      l->builds[newer].first + links[i].b);
}

/* Each build of a module against the few before it. */
static void run_round(struct learner *l)
{
	uint32_t first = 0; /* build of the module */

	name_nodes(l, l->names);
	for (uint32_t b = 0; b < l->build_count; b++) {
		if (l->frames[l->builds[first].first].module !=
		    l->frames[l->builds[b].first].module)
			first = b;
		alias_view_make(&l->recent[b % (LOOK_BACK + 1)], &l->bench,
				&l->company, l->builds[b], l->names);
		for (uint32_t a = b > first + LOOK_BACK ? b - LOOK_BACK : first;
		     a < b; a++)
			align(l, a, b);
	}
}

static bool same_build(const struct alias_frame *a, const struct alias_frame *b)
{
	return a->module == b->module && a->build == b->build;
}

static void find_builds(struct learner *l)
{
	for (uint32_t f = 0; f < l->frame_count; f++) {
		if (f == 0 || !same_build(&l->frames[f - 1], &l->frames[f]))
			l->builds[l->build_count++].first = f;
		l->builds[l->build_count - 1].end = f + 1;
		l->build_of[f] = l->build_count - 1;
	}
}

static void init(struct learner *l)
{
	const size_t count = (size_t)l->frame_count + 1;

	l->builds = must(malloc(count * sizeof(*l->builds)));
	l->build_of = must(malloc(count * sizeof(*l->build_of)));
	l->parent = must(malloc(count * sizeof(*l->parent)));
	l->next = must(malloc(count * sizeof(*l->next)));
	l->size = must(malloc(count * sizeof(*l->size)));
	l->names = must(malloc(count * sizeof(*l->names)));
	l->pair = alias_pair_create(l->frames, l->frame_count);
	for (uint32_t f = 0; f < l->frame_count; f++) {
		l->parent[f] = l->next[f] = f;
		l->size[f] = 1;
	}
	find_builds(l);
}

static void deinit(struct learner *l)
{
	alias_company_deinit(&l->company);
	alias_pair_destroy(l->pair);
	alias_view_bench_deinit(&l->bench);
	for (size_t i = 0; i < LOOK_BACK + 1; i++)
		alias_view_deinit(&l->recent[i]);
	free(l->builds);
	free(l->build_of);
	free(l->parent);
	free(l->next);
	free(l->size);
	free(l->names);
}

void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 uint32_t *ret)
{
	struct learner l = { .frames = frames,
			     .frame_count = (uint32_t)frame_count };
	bool *wanted = must(malloc(frame_count + 1));

	init(&l);
	alias_company_init(&l.company, frames, frame_count, stacks,
			   stack_count);
	memset(wanted, true, frame_count);
	alias_company_gather(&l.company, wanted);
	free(wanted);
	for (int round = 0; round < ROUNDS; round++)
		run_round(&l);
	name_nodes(&l, ret);
	deinit(&l);
}
