#include "signatures/settle/corpus_state.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/room.h"

enum {
	DIGIT_BITS = 11,
	DIGITS = 1 << DIGIT_BITS
};

/* A stack in the order of its first crash. */
struct turn {
	uint64_t time;
	uint32_t stack;
};

static const struct corpus *sorting;

/* Of one time: by identity. */
static int by_identity(const void *left, const void *right)
{
	const struct stack *a =
		&sorting->stacks[((const struct turn *)left)->stack];
	const struct stack *b =
		&sorting->stacks[((const struct turn *)right)->stack];

	return corpus_compare(a->time, a->identity, b->time, b->identity);
}

/* One digit of the times, from shift on; what is equal stays in order. */
static void sort_digit(const struct turn *from, struct turn *to, size_t count,
		       unsigned int shift)
{
	size_t ends[DIGITS] = { 0 };
	size_t before = 0;

	for (size_t i = 0; i < count; i++)
		ends[from[i].time >> shift & (DIGITS - 1)]++;
	for (size_t d = 0; d < DIGITS; d++) {
		const size_t here = ends[d];

		ends[d] = before;
		before += here;
	}
	for (size_t i = 0; i < count; i++)
		to[ends[from[i].time >> shift & (DIGITS - 1)]++] = from[i];
}

/* By time, digit by digit; *turns and *other may change places. */
static void sort_times(struct turn **turns, struct turn **other, size_t count)
{
	uint64_t differ = 0;

	for (size_t i = 1; i < count; i++)
		differ |= (*turns)[i].time ^ (*turns)[0].time;
	for (unsigned int shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct turn *const swap = *turns;

		if (!(differ >> shift & (DIGITS - 1)))
			continue;
		sort_digit(*turns, *other, count, shift);
		*turns = *other;
		*other = swap;
	}
}

static void sort_turns(const struct corpus *corpus, struct turn **turns,
		       size_t count)
{
	struct turn *other = room_again(NULL, count * sizeof(*other));

	sort_times(turns, &other, count);
	free(other);
	sorting = corpus;
	for (size_t i = 0, next; i < count; i = next) {
		for (next = i + 1;
		     next < count && (*turns)[next].time == (*turns)[i].time;)
			next++;
		if (next - i > 1)
			qsort(*turns + i, next - i, sizeof(**turns),
			      by_identity);
	}
}

/* Is the key that the last pass found what it would be now? */
static bool has_key(const struct corpus *corpus, const struct stack *stack)
{
	bool same = stack->key != 0;

	for (uint32_t k = 0; corpus->renamed && same && k < stack->frame_count;
	     k++)
		same = !corpus->renamed[corpus->stacked[stack->first_frame +
							k]];
	return same;
}

/* Stacks that some crash has, by the first of them; returns how many. */
static size_t stacks_in_order(struct corpus *corpus, struct turn **ret)
{
	struct turn *turns =
		room_again(NULL, corpus->stack_count * sizeof(*turns));
	size_t count = 0;

	for (uint32_t i = 0; i < corpus->stack_count; i++)
		if (corpus->stacks[i].count)
			turns[count++] =
				(struct turn){ corpus->stacks[i].time, i };
	sort_turns(corpus, &turns, count);
	*ret = turns;
	return count;
}

static struct corpus_first first_of(struct corpus *corpus, uint32_t number)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	struct stack *stack = &corpus->stacks[number];
	struct corpus_first ret = {
		.time = stack->time,
		.identity = stack->identity,
		.row = stack->row,
		.stack = number,
	};

	if (!has_key(corpus, stack))
		stack->key =
			engine_key(stream, corpus_stream(corpus, &ret, stream));
	ret.key = stack->key;
	return ret;
}

/* Of a signature only the first stays. */
static void find_firsts(struct corpus *corpus)
{
	struct turn *turns;
	const size_t count = stacks_in_order(corpus, &turns);

	keymap_room(&corpus->first_numbers, count);
	corpus->firsts = room_again(NULL, count * sizeof(*corpus->firsts));
	for (size_t i = 0; i < count; i++) {
		const struct corpus_first first =
			first_of(corpus, turns[i].stack);
		bool is_new;
		uint32_t *number =
			keymap_put(&corpus->first_numbers, first.key, &is_new);

		if (!is_new)
			continue;
		*number = (uint32_t)corpus->first_count;
		corpus->firsts[corpus->first_count++] = first;
	}
	free(turns);
}

const struct corpus_first *corpus_order(struct corpus *corpus, size_t *count)
{
	if (!corpus->is_ordered) {
		corpus->is_ordered = true;
		if (corpus->has_bare)
			corpus_builds_unite(corpus);
		find_firsts(corpus);
	}
	*count = corpus->first_count;
	return corpus->firsts;
}
