#include "signatures/settle/disputes.h"

#include <string.h>

/* Can both tell? */
static bool can_tell(const struct crash_frame *frame)
{
	return stream_counts(frame) && !frame->symbol && frame->build &&
	       frame->fingerprint;
}

/* A frame that is met again further down says nothing new. */
static bool is_first(const struct crash_stack *stack, size_t i)
{
	const struct crash_frame *frame = &stack->frames[i];

	for (size_t k = 0; k < i; k++)
		if (stack->frames[k].offset == frame->offset &&
		    stack->frames[k].build == frame->build &&
		    can_tell(&stack->frames[k]) &&
		    strcmp(stack->frames[k].module, frame->module) == 0)
			return false;
	return true;
}

static bool is_disputed(struct search *search, struct disputes_pair *pair)
{
	bool left_alone, right_alone;
	const uint64_t left = search_name(search, pair->left, &left_alone);
	const uint64_t right = search_name(search, pair->right, &right_alone);

	pair->one_by_code = pair->left->fingerprint == pair->right->fingerprint;
	/* Of frames that nothing is known of company does not say "two". */
	if (pair->one_by_code && left_alone && right_alone)
		return false;
	return pair->one_by_code != (left == right);
}

size_t disputes_find(struct search *search, const struct crash *left,
		     const struct crash *right, struct disputes_pair *ret,
		     size_t max)
{
	size_t count = 0;

	for (size_t i = 0; i < left->stack.count; i++) {
		const struct crash_frame *a = &left->stack.frames[i];

		if (!can_tell(a) || !is_first(&left->stack, i))
			continue;
		for (size_t k = 0; k < right->stack.count; k++) {
			const struct crash_frame *b = &right->stack.frames[k];
			struct disputes_pair pair = { .left = a, .right = b };

			if (!can_tell(b) || a->build == b->build ||
			    strcmp(a->module, b->module) != 0 ||
			    !is_first(&right->stack, k) ||
			    !is_disputed(search, &pair))
				continue;
			if (count < max)
				ret[count] = pair;
			count++;
		}
	}
	return count;
}
