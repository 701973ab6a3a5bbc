#include "signatures/cluster/alias.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/room.h"
#include "signatures/cluster/alias_links.h"
#include "signatures/cluster/alias_nodes.h"
#include "signatures/cluster/alias_pair.h"

enum {
	LOOK_BACK = 4, /* builds compared with each build */
	IN_SIGHT = LOOK_BACK + 1
};

/* A build and one before it. */
struct pairing {
	struct alias_links links;
	bool is_known;	 /* its links are those of the last time */
	bool is_learned; /* in a round of this time */
};

struct learner {
	const struct alias_frame *frames;
	uint32_t frame_count;
	struct alias_memory *memory;
	struct arena arena; /* of links, where there is no memory */
	struct alias_company company;
	struct alias_build *builds;
	uint32_t build_count;
	uint32_t *build_of;	  /* each frame */
	bool *touched;		  /* by build */
	bool *changed;		  /* by build: its contexts, in this round */
	bool *wanted;		  /* by frame */
	struct pairing *pairings; /* LOOK_BACK of each build, see pairing() */
	struct alias_nodes *nodes;
	uint32_t *names;
	struct alias_pair *pair;
	struct alias_bench bench;
	struct alias_view views[IN_SIGHT]; /* of builds, in turn */
	uint32_t seen[IN_SIGHT];	   /* builds of this round, or none */
	struct alias_link *fresh;	   /* of the pair at hand */
	uint32_t *linked;		   /* see leave_fresh() */
};

static void *zeroed(size_t count, size_t size)
{
	return room_cleared(count + 1, size);
}

static uint64_t module_of(const struct learner *l, uint32_t build)
{
	return l->frames[l->builds[build].first].module;
}

/* The first of those that a build is compared with; they end where it is. */
static uint32_t first_before(const struct learner *l, uint32_t build)
{
	uint32_t ret = build;

	while (ret > 0 && build - ret < LOOK_BACK &&
	       module_of(l, ret - 1) == module_of(l, build))
		ret--;
	return ret;
}

static struct pairing *pairing(const struct learner *l, uint32_t older,
			       uint32_t newer)
{
	return &l->pairings[(size_t)newer * LOOK_BACK + (newer - older - 1)];
}

static bool is_to_learn(const struct learner *l, uint32_t older, uint32_t newer)
{
	const struct pairing *pair = pairing(l, older, newer);

	/* A round has what no earlier one has, so one leads to another. */
	return !pair->is_known || pair->is_learned || l->changed[older] ||
	       l->changed[newer];
}

static void recall(struct learner *l)
{
	for (uint32_t b = 0; b < l->build_count; b++) {
		const uint64_t build = l->frames[l->builds[b].first].build;
		struct bytes all;

		if (!l->memory || !l->memory->find ||
		    !l->memory->find(l->memory->closure, module_of(l, b), build,
				     &all))
			continue;
		for (uint32_t a = first_before(l, b); a < b; a++) {
			struct pairing *pair = pairing(l, a, b);

			pair->is_known = alias_links_find(
				all, l->frames[l->builds[a].first].build,
				&pair->links);
		}
	}
}

/* Frames beside one that goes by another name than the last time. */
static void find_changed(struct learner *l, const bool *renamed)
{
	for (size_t i = 0; i < l->company.stack_count; i++) {
		const struct alias_stack *stack = &l->company.stacks[i];

		for (size_t k = 0; k < stack->count; k++) {
			const size_t end = k + ALIAS_COMPANY_REACH + 1;

			if (!renamed[stack->frames[k]])
				continue;
			for (size_t n = k > ALIAS_COMPANY_REACH
						? k - ALIAS_COMPANY_REACH
						: 0;
			     n < end && n < stack->count; n++)
				l->changed[l->build_of[stack->frames[n]]] |=
					n != k;
		}
	}
}

/* Names for a round, and the builds whose contexts have changed by them. */
static void name_round(struct learner *l, int round)
{
	bool *renamed;

	memcpy(l->changed, l->touched, l->build_count * sizeof(*l->changed));
	alias_nodes_name(l->nodes, l->names);
	if (!l->memory || round == 0)
		return;
	renamed = zeroed(l->frame_count, sizeof(*renamed));
	for (uint32_t f = 0; f < l->frame_count; f++) {
		uint32_t *named = &l->memory->named[f][round - 1];

		renamed[f] = *named != l->names[f];
		*named = l->names[f];
	}
	if (round < ALIAS_ROUNDS)
		find_changed(l, renamed);
	free(renamed);
}

/* Company of the builds that are looked at in this round. */
static void gather_round(struct learner *l)
{
	memset(l->wanted, 0, l->frame_count * sizeof(*l->wanted));
	for (uint32_t b = 0; b < l->build_count; b++) {
		for (uint32_t a = first_before(l, b); a < b; a++) {
			if (!is_to_learn(l, a, b))
				continue;
			for (uint32_t f = l->builds[a].first;
			     f < l->builds[a].end; f++)
				l->wanted[f] = true;
			for (uint32_t f = l->builds[b].first;
			     f < l->builds[b].end; f++)
				l->wanted[f] = true;
		}
	}
	alias_company_gather(&l->company, l->wanted);
}

static const struct alias_view *view(struct learner *l, uint32_t build)
{
	const uint32_t at = build % IN_SIGHT;

	if (l->seen[at] != build)
		alias_view_make(&l->views[at], &l->bench, &l->company,
				l->builds[build], l->names);
	l->seen[at] = build;
	return &l->views[at];
}

static void follow(struct learner *l, uint32_t older, uint32_t newer,
		   struct bytes links)
{
	const struct alias_build a = l->builds[older];
	const struct alias_build b = l->builds[newer];
	struct alias_link link = { 0, 0 };

	while (alias_links_next(&links, &link) && link.a < a.end - a.first &&
	       link.b < b.end - b.first)
		alias_nodes_unite(l->nodes, a.first + link.a, b.first + link.b);
}

/* Of the links of a round those that are of none before; how many. */
static size_t leave_fresh(struct learner *l, const struct pairing *pair,
			  int round, uint32_t older_count,
			  const struct alias_link *links, size_t count)
{
	size_t ret = 0;

	/* By round, then by frame of the older build, which has one at most. */
	memset(l->linked, 0xff,
	       (size_t)round * older_count * sizeof(*l->linked));
	for (int r = 0; r < round; r++) {
		struct bytes before = pair->links.rounds[r];
		struct alias_link link = { 0, 0 };

		while (alias_links_next(&before, &link) && link.a < older_count)
			l->linked[(size_t)r * older_count + link.a] = link.b;
	}
	for (size_t i = 0; i < count; i++) {
		bool is_fresh = true;

		for (int r = 0; r < round; r++)
			is_fresh &= l->linked[(size_t)r * older_count +
					      links[i].a] != links[i].b;
		if (is_fresh)
			l->fresh[ret++] = links[i];
	}
	return ret;
}

static void align(struct learner *l, uint32_t older, uint32_t newer, int round)
{
	const struct alias_build build = l->builds[older];
	struct pairing *pair = pairing(l, older, newer);
	const struct alias_link *links;
	size_t count;

	if (is_to_learn(l, older, newer)) {
		count = alias_pair_links(l->pair, view(l, older),
					 view(l, newer), &links);
		count = leave_fresh(l, pair, round, build.end - build.first,
				    links, count);
		pair->links.rounds[round] = alias_links_pack(
			l->fresh, count,
			l->memory ? l->memory->arena : &l->arena);
		pair->is_learned = true;
	}
	follow(l, older, newer, pair->links.rounds[round]);
}

/* Each build of a module against the few before it. */
static void run_round(struct learner *l, int round)
{
	name_round(l, round);
	gather_round(l);
	for (size_t i = 0; i < IN_SIGHT; i++)
		l->seen[i] = UINT32_MAX;
	for (uint32_t b = 0; b < l->build_count; b++)
		for (uint32_t a = first_before(l, b); a < b; a++)
			align(l, a, b, round);
}

/* What is new of a build's links, for the next time. */
static void keep_build(struct learner *l, uint32_t b)
{
	const uint32_t first = first_before(l, b);
	struct alias_memory *memory = l->memory;
	struct alias_links pairs[LOOK_BACK];
	bool is_new = false;

	for (uint32_t a = first; a < b; a++) {
		pairs[a - first] = pairing(l, a, b)->links;
		pairs[a - first].older = l->frames[l->builds[a].first].build;
		is_new |= pairing(l, a, b)->is_learned;
	}
	if (!is_new)
		return;
	memory->learned[memory->learned_count++] = (struct alias_learned){
		module_of(l, b), l->frames[l->builds[b].first].build,
		alias_links_join(pairs, b - first, memory->arena)
	};
}

static void keep(struct learner *l)
{
	struct alias_memory *memory = l->memory;

	memory->learned = arena_take(memory->arena, l->build_count,
				     sizeof(*memory->learned));
	memory->learned_count = 0;
	for (uint32_t b = 0; b < l->build_count; b++)
		keep_build(l, b);
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
		l->touched[l->build_count - 1] |=
			!l->memory || l->memory->touched[f];
	}
}

static void init(struct learner *l)
{
	const size_t count = l->frame_count;

	arena_init(&l->arena);
	l->builds = zeroed(count, sizeof(*l->builds));
	l->build_of = zeroed(count, sizeof(*l->build_of));
	l->touched = zeroed(count, sizeof(*l->touched));
	l->wanted = zeroed(count, sizeof(*l->wanted));
	l->names = zeroed(count, sizeof(*l->names));
	l->fresh = zeroed(count, sizeof(*l->fresh));
	l->linked = zeroed(count * (ALIAS_ROUNDS - 1), sizeof(*l->linked));
	find_builds(l);
	l->changed = zeroed(l->build_count, sizeof(*l->changed));
	l->pairings = zeroed((size_t)l->build_count * LOOK_BACK,
			     sizeof(*l->pairings));
	l->nodes = alias_nodes_create(l->build_of, l->frame_count);
	l->pair = alias_pair_create(l->frames, l->frame_count);
	recall(l);
}

static void deinit(struct learner *l)
{
	arena_deinit(&l->arena);
	alias_company_deinit(&l->company);
	alias_nodes_destroy(l->nodes);
	alias_pair_destroy(l->pair);
	alias_view_bench_deinit(&l->bench);
	for (size_t i = 0; i < IN_SIGHT; i++)
		alias_view_deinit(&l->views[i]);
	free(l->builds);
	free(l->build_of);
	free(l->touched);
	free(l->changed);
	free(l->wanted);
	free(l->pairings);
	free(l->names);
	free(l->fresh);
	free(l->linked);
}

void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 struct alias_memory *memory, uint32_t *ret)
{
	struct learner l = { .frames = frames,
			     .frame_count = (uint32_t)frame_count,
			     .memory = memory };

	init(&l);
	alias_company_init(&l.company, frames, frame_count, stacks,
			   stack_count);
	for (int round = 0; round < ALIAS_ROUNDS; round++)
		run_round(&l, round);
	name_round(&l, ALIAS_ROUNDS);
	memcpy(ret, l.names, frame_count * sizeof(*ret));
	if (memory)
		keep(&l);
	deinit(&l);
}
