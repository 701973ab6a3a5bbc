#include "signatures/settle/learn_state.h"

#include <stdlib.h>

#include "signatures/base/must.h"

void learn_state_room(struct address *address)
{
	const uint32_t count = address->count;

	/* most addresses are seen once or twice */
	if ((count & (count - 1)) != 0)
		return;
	address->witnesses = must(
		realloc(address->witnesses,
			(count ? 2 * count : 1) * sizeof(*address->witnesses)));
}

void learn_state_keep(struct learn *learn, struct learn_words *words)
{
	bool is_new;

	if (learn->words_count == learn->words_room) {
		learn->words_room = learn->words_room * 2 + 64;
		learn->words = must(realloc(
			learn->words,
			learn->words_room * sizeof(struct learn_words *)));
	}
	*keymap_put(&learn->stacks, (uint64_t)words->number + 1, &is_new) =
		(uint32_t)learn->words_count;
	learn->words[learn->words_count++] = words;
}
