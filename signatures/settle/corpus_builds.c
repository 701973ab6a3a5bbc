#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/settle/corpus_memory.h"

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

/* By what a build of a module is found. */
static uint64_t build_key(const struct alias_frame *place)
{
	const uint64_t key = hash_mix(place->module, place->build);

	return key ? key : 1;
}

/* Builds with a frame of a stack that has come or gone since the last pass. */
static void find_touched(const struct corpus *corpus, struct keymap *ret)
{
	const struct corpus_learned *learned = &corpus->learned;

	for (size_t i = 0; i < corpus->stack_count; i++) {
		const struct stack *stack = &corpus->stacks[i];
		const bool was_there =
			i < learned->stack_count && learned->was_there[i];

		for (uint32_t k = 0;
		     was_there != (stack->count > 0) && k < stack->frame_count;
		     k++) {
			const struct frame *frame =
				&corpus->frames
					 [corpus->stacked[stack->first_frame +
							  k]];
			bool is_new;

			if (frame->bare)
				keymap_put(ret, build_key(&frame->place),
					   &is_new);
		}
	}
}

/* The same by frame, in the order of placed. */
static bool *touched_frames(const struct corpus *corpus,
			    const struct placed *placed, size_t count)
{
	bool *ret = corpus_zeroed(count, sizeof(*ret));
	struct keymap touched;
	uint32_t unused;

	keymap_init(&touched);
	find_touched(corpus, &touched);
	for (size_t i = 0; i < count; i++)
		ret[i] = i > 0 &&
					 placed[i].place.module ==
						 placed[i - 1].place.module &&
					 placed[i].place.build ==
						 placed[i - 1].place.build
				 ? ret[i - 1]
				 : keymap_find(&touched,
					       build_key(&placed[i].place),
					       &unused);
	keymap_deinit(&touched);
	return ret;
}

/* From numbers of frames to where they are placed. */
static void recall_names(const struct corpus_learned *learned,
			 const struct placed *placed, const uint32_t *index,
			 size_t count, uint32_t (*ret)[ALIAS_ROUNDS])
{
	for (size_t i = 0; i < count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++) {
			const uint32_t number = placed[i].number;
			const uint32_t named =
				number < learned->named_count
					? learned->named[number][r]
					: ALIAS_NOBODY;

			ret[i][r] = named == ALIAS_NOBODY ? ALIAS_NOBODY
							  : index[named];
		}
}

/* What is not placed is of no stack, and may be called anything. */
static void find_renamed(struct corpus *corpus, const struct placed *placed,
			 size_t count, uint32_t (*named)[ALIAS_ROUNDS])
{
	const struct corpus_learned *learned = &corpus->learned;

	corpus->renamed = corpus_zeroed(corpus->frame_count, sizeof(bool));
	for (size_t i = 0; i < count; i++) {
		const uint32_t number = placed[i].number;
		const uint32_t name = placed[named[i][ALIAS_ROUNDS - 1]].number;

		corpus->renamed[number] =
			number >= learned->named_count ||
			learned->named[number][ALIAS_ROUNDS - 1] != name;
	}
}

/* And back; what is not placed has no name. */
static void keep_names(struct corpus *corpus, const struct placed *placed,
		       size_t count, uint32_t (*named)[ALIAS_ROUNDS])
{
	struct corpus_learned *learned = &corpus->learned;

	find_renamed(corpus, placed, count, named);
	free(learned->named);
	learned->named =
		corpus_zeroed(corpus->frame_count, sizeof(*learned->named));
	learned->named_count = corpus->frame_count;
	memset(learned->named, 0xff,
	       learned->named_count * sizeof(*learned->named));
	for (size_t i = 0; i < count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++)
			learned->named[placed[i].number][r] =
				placed[named[i][r]].number;
}

/* index: of each frame by number, where it is placed. */
static void learn(struct corpus *corpus, const struct placed *placed,
		  const struct alias_frame *frames, size_t count,
		  const uint32_t *index, uint32_t *node)
{
	struct corpus_learned *learned = &corpus->learned;
	uint32_t(*named)[ALIAS_ROUNDS] = corpus_zeroed(count, sizeof(*named));
	bool *touched = touched_frames(corpus, placed, count);
	uint32_t *stacked =
		corpus_zeroed(corpus->stacked_count, sizeof(*stacked));
	struct alias_memory memory = {
		.named = named,
		.touched = touched,
		.find = learned->store ? corpus_memory_links : NULL,
		.closure = learned->store,
		.arena = &learned->arena,
	};
	struct alias_stack *stacks;
	size_t stack_count;

	recall_names(learned, placed, index, count, named);
	stacks = bare_stacks(corpus, index, stacked, &stack_count);
	alias_learn(frames, count, stacks, stack_count, &memory, node);
	learned->builds = memory.learned;
	learned->build_count = memory.learned_count;
	keep_names(corpus, placed, count, named);
	free(named);
	free(touched);
	free(stacked);
	free(stacks);
}

/* Frames without a symbol that some stack has, in order. */
static size_t place_frames(const struct corpus *corpus, struct placed *ret)
{
	struct sighting *seen = sightings_of(corpus);
	size_t count = 0;

	for (uint32_t i = 0; i < corpus->frame_count; i++)
		if (corpus->frames[i].bare && seen[i].is_there)
			ret[count++] = (struct placed){ corpus->frames[i].place,
							seen[i].time, i };
	free(seen);
	order_builds(ret, count);
	if (count > 1)
		qsort(ret, count, sizeof(*ret), by_place);
	return count;
}

void corpus_builds_unite(struct corpus *corpus)
{
	struct placed *placed =
		corpus_zeroed(corpus->frame_count, sizeof(*placed));
	const size_t count = place_frames(corpus, placed);
	struct alias_frame *frames = corpus_zeroed(count, sizeof(*frames));
	uint32_t *index = corpus_zeroed(corpus->frame_count, sizeof(*index));
	uint32_t *node = corpus_zeroed(count, sizeof(*node));

	memset(index, 0xff, corpus->frame_count * sizeof(*index));
	for (uint32_t i = 0; i < count; i++) {
		frames[i] = placed[i].place;
		index[placed[i].number] = i;
	}
	learn(corpus, placed, frames, count, index, node);
	for (uint32_t i = 0; i < count; i++) {
		const struct alias_frame *named = &frames[node[i]];

		corpus->frames[placed[i].number].feature.id = hash_mix(
			named->module, hash_mix(named->build, named->offset));
	}
	free(placed);
	free(frames);
	free(index);
	free(node);
}
