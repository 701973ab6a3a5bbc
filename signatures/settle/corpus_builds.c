#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/settle/corpus_state.h"

/* A build of a module, and when it was first seen to crash. */
struct build {
	uint64_t module, build, time;
	uint32_t order;
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

/* When each frame was first seen, by its number; members are in order. */
static uint64_t *first_seen(struct corpus *corpus)
{
	uint64_t *seen = corpus_zeroed(corpus->frame_count, sizeof(*seen));

	memset(seen, 0xff, corpus->frame_count * sizeof(*seen));
	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];
		const struct stack *stack = &corpus->stacks[member->stack];

		/* Behind the first of a stack nothing is seen first. */
		if (member->stack == NO_STACK || stack->key)
			continue;
		corpus->stacks[member->stack].key = 1;
		for (uint32_t k = 0; k < stack->frame_count; k++) {
			const uint32_t frame =
				corpus->stacked[stack->first_frame + k];

			if (member->time < seen[frame])
				seen[frame] = member->time;
		}
	}
	return seen;
}

/* Number the builds of each module by the time they were first seen. */
static void order_builds(struct corpus *corpus)
{
	struct build *builds =
		corpus_zeroed(corpus->frame_count, sizeof(*builds));
	uint64_t *seen = first_seen(corpus);
	size_t count = 0;

	for (size_t i = 0; i < corpus->frame_count; i++)
		builds[i] = (struct build){ corpus->frames[i].place.module,
					    corpus->frames[i].place.build,
					    seen[i], 0 };
	free(seen);
	if (corpus->frame_count > 1)
		qsort(builds, corpus->frame_count, sizeof(*builds), by_build);
	for (size_t i = 0; i < corpus->frame_count; i++) {
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
	for (size_t i = 0; i < corpus->frame_count; i++) {
		struct alias_frame *place = &corpus->frames[i].place;
		const struct build wanted = { place->module, place->build, 0,
					      0 };
		const struct build *found = bsearch(&wanted, builds, count,
						    sizeof(*builds), by_build);

		place->order = found->order;
	}
	free(builds);
}

struct placed {
	struct alias_frame place;
	uint32_t number;
};

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

		for (uint32_t k = 0; k < from->frame_count; k++) {
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
	struct alias_stack *stacks;
	size_t count = 0;
	size_t stack_count;

	order_builds(corpus);
	for (uint32_t i = 0; i < corpus->frame_count; i++)
		if (corpus->frames[i].bare)
			placed[count++] =
				(struct placed){ corpus->frames[i].place, i };
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
	free(placed);
	free(frames);
	free(index);
	free(node);
	free(stacked);
	free(stacks);
}
