#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/settle/corpus_state.h"

/* A build of a module, and when it was first seen to crash. */
struct build {
	uint64_t module, build, time;
	uint32_t order;
};

/* A frame without a symbol. */
struct placed {
	struct alias_frame place;
	uint64_t time;
	uint32_t number;
};

static int by_build(const void *left, const void *right)
{
	const struct build *a = left;
	const struct build *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return (a->build > b->build) - (a->build < b->build);
}

static int by_first_seen(const void *left, const void *right)
{
	const struct build *a = left;
	const struct build *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->build > b->build) - (a->build < b->build);
}

/* A frame of any stack's, and when it was first seen. */
struct sighting {
	uint64_t time;
	bool is_there;
};

/* By the number of the frame. */
static struct sighting *sightings_of(const struct corpus *corpus)
{
	struct sighting *seen =
		corpus_zeroed(corpus->frame_count, sizeof(*seen));

	for (size_t i = 0; i < corpus->stack_count; i++) {
		const struct stack *stack = &corpus->stacks[i];

		for (uint32_t k = 0; stack->count && k < stack->frame_count;
		     k++) {
			struct sighting *at =
				&seen[corpus->stacked[stack->first_frame + k]];

			if (!at->is_there || stack->time < at->time)
				at->time = stack->time;
			at->is_there = true;
		}
	}
	return seen;
}

/* Number the builds of each module by the time they were first seen. */
static void order_builds(struct placed *placed, size_t placed_count)
{
	struct build *builds = corpus_zeroed(placed_count, sizeof(*builds));
	size_t count = 0;

	for (size_t i = 0; i < placed_count; i++)
		builds[i] = (struct build){ placed[i].place.module,
					    placed[i].place.build,
					    placed[i].time, 0 };
	if (placed_count > 1)
		qsort(builds, placed_count, sizeof(*builds), by_build);
	for (size_t i = 0; i < placed_count; i++) {
		if (count == 0 || by_build(&builds[i], &builds[count - 1]) != 0)
			builds[count++] = builds[i];
		else if (builds[i].time < builds[count - 1].time)
			builds[count - 1].time = builds[i].time;
	}
	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_first_seen);
	for (size_t i = 1; i < count; i++)
		if (builds[i].module == builds[i - 1].module)
			builds[i].order = builds[i - 1].order + 1;
	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_build);
	for (size_t i = 0; i < placed_count; i++) {
		struct alias_frame *place = &placed[i].place;
		const struct build wanted = { place->module, place->build, 0,
					      0 };
		const struct build *found = bsearch(&wanted, builds, count,
						    sizeof(*builds), by_build);

		place->order = found->order;
	}
	free(builds);
}

static int by_place(const void *left, const void *right)
{
	const struct alias_frame *a = &((const struct placed *)left)->place;
	const struct alias_frame *b = &((const struct placed *)right)->place;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->build != b->build)
		return a->build < b->build ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* What of the stacks is bare; count in *ret_count. */
static struct alias_stack *bare_stacks(const struct corpus *corpus,
				       const uint32_t *index, uint32_t *frames,
				       size_t *ret_count)
{
	struct alias_stack *stacks =
		corpus_zeroed(corpus->stack_count, sizeof(*stacks));
	size_t used = 0;
	size_t count = 0;

	for (size_t i = 0; i < corpus->stack_count; i++) {
		const struct stack *from = &corpus->stacks[i];
		struct alias_stack stack = {
			from->code_count ? corpus->codes[from->first_code] : 0,
			frames + used, 0
		};

		for (uint32_t k = 0; from->count && k < from->frame_count;
		     k++) {
			const uint32_t number =
				corpus->stacked[from->first_frame + k];

			if (corpus->frames[number].bare) {
				frames[used++] = index[number];
				stack.count++;
			}
		}
		if (stack.count > 0)
			stacks[count++] = stack;
	}
	*ret_count = count;
	return stacks;
}

/* Give the frames of a rebuilt module the name of their node. */
void corpus_builds_unite(struct corpus *corpus)
{
	struct placed *placed =
		corpus_zeroed(corpus->frame_count, sizeof(*placed));
	struct alias_frame *frames =
		corpus_zeroed(corpus->frame_count, sizeof(*frames));
	uint32_t *index = corpus_zeroed(corpus->frame_count, sizeof(*index));
	uint32_t *node = corpus_zeroed(corpus->frame_count, sizeof(*node));
	uint32_t *stacked =
		corpus_zeroed(corpus->stacked_count, sizeof(*stacked));
	struct sighting *seen = sightings_of(corpus);
	struct alias_stack *stacks;
	size_t count = 0;
	size_t stack_count;

	for (uint32_t i = 0; i < corpus->frame_count; i++)
		if (corpus->frames[i].bare && seen[i].is_there)
			placed[count++] =
				(struct placed){ corpus->frames[i].place,
						 seen[i].time, i };
	order_builds(placed, count);
	if (count > 1)
		qsort(placed, count, sizeof(*placed), by_place);
	for (uint32_t i = 0; i < count; i++) {
		frames[i] = placed[i].place;
		index[placed[i].number] = i;
	}
	stacks = bare_stacks(corpus, index, stacked, &stack_count);
	alias_learn(frames, count, stacks, stack_count, node);
	for (uint32_t i = 0; i < count; i++) {
		const struct alias_frame *named = &frames[node[i]];

		corpus->frames[placed[i].number].feature.id = hash_mix(
			named->module, hash_mix(named->build, named->offset));
	}
	free(seen);
	free(placed);
	free(frames);
	free(index);
	free(node);
	free(stacked);
	free(stacks);
}
