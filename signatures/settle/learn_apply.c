/*
 * A stack settled: what was only scanned, and what lies beyond the place where
 * the walk was lost, by the callers that the corpus knows.
 */
#include "signatures/settle/learn.h"

#include "signatures/base/limits.h"
#include "signatures/settle/learn_start.h"

enum {
	LINKS = 2 /* callers in a row that are no accident */
};

/* The candidate at a slot, or candidate_count. */
static size_t candidate_at(const struct crash *crash, uint64_t slot)
{
	size_t low = 0;
	size_t high = crash->candidate_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (crash->candidates[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < crash->candidate_count && crash->candidates[low].slot == slot)
		return low;
	return crash->candidate_count;
}

/* Does the stack end here, at its last word or below a trap frame? */
static bool is_end(const struct crash *crash, size_t at)
{
	const struct crash_candidate *candidate = &crash->candidates[at];

	return at + 1 == learn_start_words(crash) ||
	       (candidate->landing && candidate->landing == candidate->slot);
}

/* Does it return into the routine that the thread began with? */
static bool is_start(struct learn *learn, const struct crash *crash, size_t at)
{
	size_t start;

	return learn_start(learn, crash, &start) && start == at;
}

/* The candidate that learning says called this one, or candidate_count. */
static size_t caller_of(struct learn *learn, const struct crash *crash,
			size_t at)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module;
	uint32_t size;

	if (candidate->landing > candidate->slot)
		return candidate_at(crash, candidate->landing);
	if (candidate->module >= crash->module_count || is_end(crash, at))
		return crash->candidate_count;
	module = &crash->modules[candidate->module];
	if (learn_size(learn, module->name, module->build, candidate->offset,
		       &size))
		return candidate_at(crash, (uint64_t)candidate->slot + size);
	return is_start(learn, crash, at) ? learn_start_words(crash) - 1
					  : crash->candidate_count;
}

static struct crash_frame frame_of(const struct crash *crash, size_t at,
				   uint64_t origin)
{
	const struct crash_candidate *candidate = &crash->candidates[at];
	const struct crash_module *module = &crash->modules[candidate->module];

	return (struct crash_frame){
		.module = crash_module_canonical(module->name),
		.build = module->build,
		.offset = candidate->offset,
		.address = module->base + candidate->offset,
		.slot = origin + candidate->slot,
		.how = CRASH_HOW_LEARNED,
	};
}

/* The first frame from i on that stands at slot or above. */
static size_t frame_at(const struct crash_stack *stack, size_t i, uint64_t slot)
{
	while (i < stack->count &&
	       (!stack->frames[i].slot || stack->frames[i].slot < slot))
		i++;
	return i;
}

struct path {
	struct crash_frame *frames;
	size_t count;
	size_t rejoins; /* index into the old stack */
};

/*
 * Follow callers from the candidate under frame i until the path meets a
 * trusted frame again or knows no further.  False when it contradicts one.
 */
static bool follow(struct learn *learn, const struct crash *crash,
		   uint64_t origin, size_t i, struct path *ret)
{
	const struct crash_stack *stack = &crash->stack;
	size_t at = candidate_at(crash, stack->frames[i].slot - origin);
	size_t next = i + 1;

	ret->count = 0;
	while (at < crash->candidate_count && ret->count < LIMIT_FRAMES) {
		at = caller_of(learn, crash, at);
		if (at >= crash->candidate_count)
			break;

		const uint64_t slot = origin + crash->candidates[at].slot;
		size_t k = next;

		for (; k < stack->count && stack->frames[k].slot < slot; k++)
			if (stack->frames[k].how != CRASH_HOW_SCAN)
				return false;
		next = k;
		if (k < stack->count && stack->frames[k].slot == slot &&
		    stack->frames[k].how != CRASH_HOW_SCAN)
			break;
		ret->frames[ret->count++] = frame_of(crash, at, origin);
	}
	ret->rejoins = ret->count
			       ? frame_at(stack, i + 1,
					  ret->frames[ret->count - 1].slot + 1)
			       : i + 1;
	return ret->count > 0;
}

/*
 * Between two frames that nothing connects: the first word above `after` that
 * begins LINKS callers in a row, one of which only the corpus knows.  That word
 * itself may be a leftover; what it leads to is where true frames stand, so the
 * first of these is returned.  At the end of the stack the word that calls the
 * last one will do.
 */
static size_t find_again(struct learn *learn, const struct crash *crash,
			 uint64_t after, uint64_t before)
{
	const size_t none = crash->candidate_count;

	for (size_t i = 0; i < none && crash->candidates[i].slot < before;
	     i++) {
		size_t first = none;
		size_t at = i;
		unsigned int links = 0;
		bool is_learned = false;

		if (crash->candidates[i].slot <= after)
			continue;
		while (links < LINKS) {
			const struct crash_candidate *from =
				&crash->candidates[at];

			at = caller_of(learn, crash, at);
			if (at >= none || crash->candidates[at].slot > before)
				break;
			is_learned |= from->landing <= from->slot;
			if (links++ == 0)
				first = at;
		}
		if (!is_learned)
			continue;
		if (links == LINKS && crash->candidates[first].slot < before)
			return first;
		if (links == 1 && is_end(crash, first))
			return i;
	}
	return none;
}

/*
 * Fill the gap above the last frame, up to a slot.  The frame after a gap is a
 * guess, those that follow from it are not.
 */
static size_t fill(struct learn *learn, const struct crash *crash,
		   uint64_t origin, uint64_t before, struct crash_frame *frames,
		   size_t count)
{
	const size_t none = crash->candidate_count;

	while (count < LIMIT_FRAMES) {
		const uint64_t slot = frames[count - 1].slot;
		enum crash_how how = CRASH_HOW_SCAN;
		size_t at, last = none;

		if (slot && slot < origin)
			break;
		at = find_again(learn, crash, slot ? slot - origin : 0, before);
		while (at < none && crash->candidates[at].slot < before &&
		       count < LIMIT_FRAMES) {
			frames[count] = frame_of(crash, at, origin);
			frames[count++].how = how;
			how = CRASH_HOW_LEARNED;
			last = at;
			at = caller_of(learn, crash, at);
		}
		/* nothing found, or the gap is closed */
		if (last == none || at < none || is_end(crash, last))
			break;
	}
	return count;
}

/* Is it the first frame of a thread whose routine is known? */
static bool begins_thread(struct learn *learn, const struct crash *crash,
			  uint64_t origin, const struct crash_frame *frame)
{
	size_t start;

	return learn_start(learn, crash, &start) &&
	       frame->slot ==
		       origin + crash->candidates[learn_start_words(crash) - 1]
					.slot;
}

bool learn_apply(struct learn *learn, struct arena *arena, struct crash *crash)
{
	struct crash_stack *stack = &crash->stack;
	struct crash_frame *frames =
		arena_take(arena, LIMIT_FRAMES, sizeof(*frames));
	struct path path = {
		arena_take(arena, LIMIT_FRAMES, sizeof(*path.frames)), 0, 0
	};
	uint64_t origin;
	size_t count = 0;
	bool changed = false;

	if (!crash_stack_origin(crash, &origin))
		return false;
	for (size_t i = 0; i < stack->count && count < LIMIT_FRAMES;) {
		const struct crash_frame *frame = &stack->frames[i];
		const bool is_weak = i + 1 == stack->count ||
				     stack->frames[i + 1].how == CRASH_HOW_SCAN;

		frames[count++] = *frame;
		i++;
		/* of a frame without a slot nobody knows where it ends */
		if (!is_weak || (!frame->slot && i > 1))
			continue;
		if (frame->slot && frame->how != CRASH_HOW_SCAN &&
		    follow(learn, crash, origin, i - 1, &path)) {
			for (size_t k = 0;
			     k < path.count && count < LIMIT_FRAMES; k++)
				frames[count++] = path.frames[k];
			changed = true;
			i = path.rejoins;
		}

		const size_t known = count;
		const uint64_t before =
			i < stack->count && stack->frames[i].slot > origin
				? stack->frames[i].slot - origin
				: UINT64_MAX;

		if (i < stack->count &&
		    (before == UINT64_MAX ||
		     stack->frames[i].how != CRASH_HOW_SCAN))
			continue;
		count = fill(learn, crash, origin, before, frames, count);
		changed |= count > known;
	}
	if (!changed)
		return false;
	stack->frames = frames;
	stack->count = count;
	if (begins_thread(learn, crash, origin, &frames[count - 1]))
		stack->end = CRASH_STACK_COMPLETE;
	return true;
}
