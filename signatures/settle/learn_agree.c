#include "signatures/settle/learn_agree.h"

enum {
	WITNESSES_MIN = 3, /* different stacks that must agree */
	PAIR_MIN = 2,	   /* or so few, at the end of the stack */
	DISSENT = 8	   /* one witness in so many may see it otherwise */
};

/* The word that a witness saw at a distance, or NULL. */
static const struct sight *sight_at(const struct surroundings *witness,
				    uint32_t distance)
{
	for (size_t k = 0; k < LEARN_WINDOW && witness->after[k].distance; k++)
		if (witness->after[k].distance == distance)
			return &witness->after[k];
	return NULL;
}

/* How many of a row's words another row has at the same places. */
static size_t shared(const struct sight *a, const struct sight *b, size_t count,
		     size_t *least)
{
	size_t of_a = 0, of_b = 0, same = 0;

	for (size_t i = 0; i < count; i++) {
		of_a += a[i].distance != 0;
		of_b += b[i].distance != 0;
		for (size_t k = 0; k < count; k++)
			same += a[i].distance &&
				a[i].distance == b[k].distance &&
				a[i].word == b[k].word;
	}
	*least += of_a < of_b ? of_a : of_b;
	return same;
}

bool learn_agree_is_other(const struct surroundings *a,
			  const struct surroundings *b)
{
	size_t before_least = 0, after_least = 0;
	const size_t before =
		shared(a->before, b->before, LEARN_BEFORE, &before_least);
	const size_t after =
		shared(a->after, b->after, LEARN_WINDOW, &after_least);

	return (before_least > 0 && before * 2 < before_least) ||
	       (before + after) * 2 < before_least + after_least;
}

/* How many witnesses saw a word at this distance; *same: all of them one. */
static uint32_t support_of(const struct surroundings *witnesses, uint32_t count,
			   uint32_t distance, bool *same)
{
	const struct sight *first = NULL;
	uint32_t support = 0;

	*same = true;
	for (uint32_t i = 0; i < count; i++) {
		const struct sight *sight = sight_at(&witnesses[i], distance);

		if (!sight)
			continue;
		support++;
		if (!first)
			first = sight;
		*same &= sight->word == first->word;
	}
	return support;
}

uint32_t learn_agree_size(const struct surroundings *witnesses, uint32_t count)
{
	const uint32_t enough = count - count / DISSENT;
	bool is_sure = count >= WITNESSES_MIN;
	uint32_t nearest = 0;

	if (count < PAIR_MIN)
		return 0;
	for (uint32_t i = 0; i <= count / DISSENT; i++) {
		const struct sight *after = witnesses[i].after;

		for (uint32_t k = 0; k < LEARN_WINDOW && after[k].distance;
		     k++) {
			bool same;

			if ((nearest && after[k].distance >= nearest) ||
			    support_of(witnesses, count, after[k].distance,
				       &same) < enough)
				continue;
			nearest = after[k].distance;
			if (count < WITNESSES_MIN)
				is_sure = same && k + 1 < LEARN_WINDOW &&
					  after[k + 1].distance == 0;
		}
	}
	return is_sure ? nearest : 0;
}
