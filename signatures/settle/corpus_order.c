#include "signatures/settle/corpus_state.h"

#include <stdlib.h>

static int by_time(const void *left, const void *right)
{
	const struct corpus_first *a = left;
	const struct corpus_first *b = right;

	return corpus_compare(a->time, a->identity, b->time, b->identity);
}

/* The first crash of each stack in order; returns how many. */
static size_t firsts_of_stacks(struct corpus *corpus, struct corpus_first *ret)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	size_t count = 0;

	for (uint32_t i = 0; i < corpus->stack_count; i++) {
		struct stack *stack = &corpus->stacks[i];

		if (!stack->count)
			continue;
		ret[count] =
			(struct corpus_first){ 0, stack->time, stack->identity,
					       stack->row, i };
		stack->key = engine_key(
			stream, corpus_stream(corpus, &ret[count], stream));
		ret[count++].key = stack->key;
	}
	if (count > 1)
		qsort(ret, count, sizeof(*ret), by_time);
	return count;
}

const struct corpus_first *corpus_order(struct corpus *corpus, size_t *count)
{
	if (!corpus->is_ordered) {
		size_t stacks;

		corpus->is_ordered = true;
		if (corpus->has_bare)
			corpus_builds_unite(corpus);
		corpus->firsts = corpus_zeroed(corpus->stack_count,
					       sizeof(*corpus->firsts));
		stacks = firsts_of_stacks(corpus, corpus->firsts);
		/* Of a signature only the first stays. */
		for (size_t i = 0; i < stacks; i++) {
			const struct corpus_first first = corpus->firsts[i];
			bool is_new;
			uint32_t *number = keymap_put(&corpus->first_numbers,
						      first.key, &is_new);

			if (!is_new)
				continue;
			*number = (uint32_t)corpus->first_count;
			corpus->firsts[corpus->first_count++] = first;
		}
	}
	*count = corpus->first_count;
	return corpus->firsts;
}
