#include "signatures/settle/learn_words.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/must.h"

enum {
	NEAREST = 4,	/* words whose equality makes two stacks one */
	FARTHEST = 8192 /* bytes; no frame is larger */
};

struct learn_words *learn_words_make(uint64_t identity,
				     const struct learn_word *at, size_t count)
{
	struct learn_words *words =
		must(malloc(sizeof(*words) + count * sizeof(*at)));

	*words = (struct learn_words){ .identity = identity,
				       .count = (uint32_t)count };
	if (count)
		memcpy(words->at, at, count * sizeof(*at));
	return words;
}

void learn_words_mark(struct learn_words *words, size_t at)
{
	const size_t from = at > LEARN_BEFORE ? at - LEARN_BEFORE : 0;

	for (size_t i = from; i < words->count && i <= at + LEARN_WINDOW; i++)
		words->at[i].is_seen = true;
}

uint32_t learn_words_place(const struct learn_words *words, size_t at)
{
	uint32_t place = 0;

	for (size_t i = 0; i < at; i++)
		place += words->at[i].is_seen;
	return place;
}

/* False where it lies too far away to be seen. */
static bool see(const struct learn_word *low, const struct learn_word *high,
		uint16_t word, struct sight *ret)
{
	const uint32_t distance = high->slot - low->slot;

	if (distance == 0 || distance > FARTHEST)
		return false;
	*ret = (struct sight){ (uint16_t)distance, word };
	return true;
}

void learn_words_look(const struct learn_word *words, size_t count, size_t at,
		      struct surroundings *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (size_t i = 0; i < LEARN_WINDOW && at + i + 1 < count; i++) {
		const struct learn_word *other = &words[at + i + 1];

		if (!see(&words[at], other, other->word, &ret->after[i]))
			break;
		if (other->is_entry)
			break; /* what lies above is of another stack */
	}
	for (size_t i = 0; i < LEARN_BEFORE && i < at; i++) {
		const struct learn_word *other = &words[at - i - 1];

		if (!see(other, &words[at], other->word, &ret->before[i]))
			break;
	}
}

uint64_t learn_words_layout(const struct surroundings *around)
{
	return hash_mix(hash_64(around->after, NEAREST * sizeof(struct sight)),
			hash_64(around->before, sizeof(struct sight)));
}
