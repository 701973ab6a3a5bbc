#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/room.h"
#include "signatures/cluster/likeness.h"
#include "signatures/settle/corpus_memory.h"

/* Without a build, or of no stack. */
#define NO_BUILD UINT32_MAX

/* A build of a module, and when it was first seen to crash. */
struct build {
	uint64_t module, build, time;
	uint32_t number; /* as met */
	uint32_t order;	 /* among those of the module */
	uint32_t frames;
	uint32_t first; /* of its frames, once they are placed */
};

/* Frames without a symbol that some stack has. */
struct places {
	struct build *builds; /* by number, then in order */
	size_t build_count, build_room;
	uint32_t *build_of;	    /* by number of the frame */
	struct alias_frame *frames; /* in order */
	uint32_t *numbers;	    /* of them */
	uint32_t *index; /* back: by number, ALIAS_NOBODY: not placed */
	size_t count;
};

static int by_number(const void *left, const void *right)
{
	const struct build *a = left;
	const struct build *b = right;

	return (a->number > b->number) - (a->number < b->number);
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

/* By what a build of a module is found. */
static uint64_t build_key(const struct alias_frame *place)
{
	const uint64_t key = hash_mix(place->module, place->build);

	return key ? key : 1;
}

static uint32_t add_build(struct places *places, const struct alias_frame *of)
{
	const uint32_t number = (uint32_t)places->build_count;

	if (places->build_count == places->build_room) {
		places->build_room = places->build_room * 2 + 1024;
		places->builds =
			room_again(places->builds,
				   places->build_room * sizeof(struct build));
	}
	places->builds[places->build_count++] =
		(struct build){ of->module, of->build, UINT64_MAX, number,
				0,	    0,	       0 };
	return number;
}

/* Frames come mostly build by build. */
static void find_builds(const struct corpus *corpus, struct places *places)
{
	struct keymap numbers;
	const struct alias_frame *last = NULL;
	uint32_t number = NO_BUILD;
	bool is_new;

	keymap_init(&numbers);
	for (size_t i = 0; i < corpus->frame_count; i++) {
		const struct frame *frame = &corpus->frames[i];
		uint32_t *known;

		places->build_of[i] = NO_BUILD;
		if (!frame->bare)
			continue;
		if (!last || last->module != frame->place.module ||
		    last->build != frame->place.build) {
			known = keymap_put(&numbers, build_key(&frame->place),
					   &is_new);
			if (is_new)
				*known = add_build(places, &frame->place);
			number = *known;
			last = &frame->place;
		}
		places->build_of[i] = number;
	}
	keymap_deinit(&numbers);
}

/* Which are of a stack, and when builds were first seen. */
static bool *see_stacks(const struct corpus *corpus, struct places *places)
{
	bool *seen = corpus_zeroed(corpus->frame_count, sizeof(*seen));

	for (size_t i = 0; i < corpus->stack_count; i++) {
		const struct stack *stack = &corpus->stacks[i];
		const uint32_t *frames = corpus->stacked + stack->first_frame;

		for (uint32_t k = 0; stack->count && k < stack->frame_count;
		     k++) {
			const uint32_t number = places->build_of[frames[k]];
			struct build *build;

			if (number == NO_BUILD)
				continue;
			build = &places->builds[number];
			if (stack->time < build->time)
				build->time = stack->time;
			build->frames += !seen[frames[k]];
			seen[frames[k]] = true;
		}
	}
	return seen;
}

/* Number the builds of each module by the time they were first seen. */
static void order_builds(struct places *places)
{
	struct build *builds = places->builds;
	const size_t count = places->build_count;
	uint32_t order = 0;

	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_first_seen);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && builds[i].module != builds[i - 1].module)
			order = 0;
		builds[i].order = order;
		order += builds[i].frames > 0;
		builds[i].first = (uint32_t)places->count;
		places->count += builds[i].frames;
	}
	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_number);
}

/* By module, order and offset. */
static void place_frames(const struct corpus *corpus, const bool *seen,
			 struct places *places)
{
	uint64_t *sorted = room_again(NULL, places->count * sizeof(*sorted));

	places->frames = corpus_zeroed(places->count, sizeof(*places->frames));
	places->numbers =
		corpus_zeroed(places->count, sizeof(*places->numbers));
	for (uint32_t i = 0; i < corpus->frame_count; i++)
		if (seen[i])
			sorted[places->builds[places->build_of[i]].first++] =
				(uint64_t)corpus->frames[i].place.offset << 32 |
				i;
	for (size_t b = 0; b < places->build_count; b++) {
		const struct build *build = &places->builds[b];

		likeness_sort(sorted + build->first - build->frames,
			      build->frames);
	}
	for (size_t i = 0; i < places->count; i++) {
		const uint32_t number = (uint32_t)sorted[i];

		places->numbers[i] = number;
		places->index[number] = (uint32_t)i;
		places->frames[i] = corpus->frames[number].place;
		places->frames[i].order =
			places->builds[places->build_of[number]].order;
	}
	free(sorted);
}

static void find_places(const struct corpus *corpus, struct places *ret)
{
	const size_t count = corpus->frame_count;
	bool *seen;

	*ret = (struct places){
		.build_of = room_again(NULL, count * sizeof(uint32_t)),
		.index = room_again(NULL, count * sizeof(uint32_t)),
	};
	memset(ret->index, 0xff, count * sizeof(uint32_t));
	find_builds(corpus, ret);
	seen = see_stacks(corpus, ret);
	order_builds(ret);
	place_frames(corpus, seen, ret);
	free(seen);
}

static void places_deinit(struct places *places)
{
	free(places->builds);
	free(places->build_of);
	free(places->frames);
	free(places->numbers);
	free(places->index);
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

/* The same by frame, as they are placed. */
static bool *touched_frames(const struct corpus *corpus,
			    const struct places *places)
{
	const struct alias_frame *frames = places->frames;
	bool *ret = corpus_zeroed(places->count, sizeof(*ret));
	struct keymap touched;
	uint32_t unused;

	keymap_init(&touched);
	find_touched(corpus, &touched);
	for (size_t i = 0; i < places->count; i++)
		ret[i] = i > 0 && frames[i].module == frames[i - 1].module &&
					 frames[i].build == frames[i - 1].build
				 ? ret[i - 1]
				 : keymap_find(&touched, build_key(&frames[i]),
					       &unused);
	keymap_deinit(&touched);
	return ret;
}

/* From numbers of frames to where they are placed. */
static void recall_names(const struct corpus_learned *learned,
			 const struct places *places,
			 uint32_t (*ret)[ALIAS_ROUNDS])
{
	for (size_t i = 0; i < places->count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++) {
			const uint32_t number = places->numbers[i];
			const uint32_t named =
				number < learned->named_count
					? learned->named[number][r]
					: ALIAS_NOBODY;

			ret[i][r] = named == ALIAS_NOBODY
					    ? ALIAS_NOBODY
					    : places->index[named];
		}
}

/* What is not placed is of no stack, and may be called anything. */
static void find_renamed(struct corpus *corpus, const struct places *places,
			 uint32_t (*named)[ALIAS_ROUNDS])
{
	const struct corpus_learned *learned = &corpus->learned;

	corpus->renamed = corpus_zeroed(corpus->frame_count, sizeof(bool));
	for (size_t i = 0; i < places->count; i++) {
		const uint32_t number = places->numbers[i];
		const uint32_t name =
			places->numbers[named[i][ALIAS_ROUNDS - 1]];

		corpus->renamed[number] =
			number >= learned->named_count ||
			learned->named[number][ALIAS_ROUNDS - 1] != name;
	}
}

/* And back; what is not placed has no name. */
static void keep_names(struct corpus *corpus, const struct places *places,
		       uint32_t (*named)[ALIAS_ROUNDS])
{
	struct corpus_learned *learned = &corpus->learned;

	find_renamed(corpus, places, named);
	learned->named_count = corpus->frame_count;
	learned->named = room_again(
		learned->named, learned->named_count * sizeof(*learned->named));
	memset(learned->named, 0xff,
	       learned->named_count * sizeof(*learned->named));
	for (size_t i = 0; i < places->count; i++)
		for (size_t r = 0; r < ALIAS_ROUNDS; r++)
			learned->named[places->numbers[i]][r] =
				places->numbers[named[i][r]];
}

static void learn(struct corpus *corpus, const struct places *places,
		  uint32_t *node)
{
	struct corpus_learned *learned = &corpus->learned;
	uint32_t(*named)[ALIAS_ROUNDS] =
		corpus_zeroed(places->count, sizeof(*named));
	bool *touched = touched_frames(corpus, places);
	uint32_t *stacked =
		room_again(NULL, corpus->stacked_count * sizeof(*stacked));
	struct alias_memory memory = {
		.named = named,
		.touched = touched,
		.find = learned->store ? corpus_memory_links : NULL,
		.closure = learned->store,
		.arena = &learned->arena,
	};
	struct alias_stack *stacks;
	size_t stack_count;

	recall_names(learned, places, named);
	stacks = bare_stacks(corpus, places->index, stacked, &stack_count);
	alias_learn(places->frames, places->count, stacks, stack_count, &memory,
		    node);
	learned->builds = memory.learned;
	learned->build_count = memory.learned_count;
	keep_names(corpus, places, named);
	free(named);
	free(touched);
	free(stacked);
	free(stacks);
}

void corpus_builds_unite(struct corpus *corpus)
{
	struct places places;
	uint32_t *node;

	find_places(corpus, &places);
	node = room_again(NULL, places.count * sizeof(*node));
	learn(corpus, &places, node);
	for (uint32_t i = 0; i < places.count; i++) {
		const struct alias_frame *named = &places.frames[node[i]];

		corpus->frames[places.numbers[i]].feature.id = hash_mix(
			named->module, hash_mix(named->build, named->offset));
	}
	places_deinit(&places);
	free(node);
}
