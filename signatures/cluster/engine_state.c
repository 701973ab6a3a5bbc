#include "signatures/cluster/engine_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

void engine_state_room(struct stored *stored, uint32_t length)
{
	const size_t each = sizeof(*stored->weighed.at) +
			    sizeof(*stored->features) + sizeof(*stored->order) +
			    sizeof(*stored->classes);
	char *block = must(malloc(length * each + 1));

	stored->length = length;
	stored->weighed.at = (void *)block;
	block += length * sizeof(*stored->weighed.at);
	stored->features = (void *)block;
	block += length * sizeof(*stored->features);
	stored->order = (void *)block;
	block += length * sizeof(*stored->order);
	stored->classes = (void *)block;
}

uint32_t engine_state_number(struct engine *engine, uint64_t feature)
{
	const size_t next = engine->features.count;
	bool added;
	uint32_t *number = keymap_put(&engine->features, feature, &added);

	if (!added)
		return *number;
	*number = (uint32_t)next;
	if (next == engine->feature_room) {
		const size_t room = next ? next * 2 : 4096;

		engine->df =
			must(realloc(engine->df, room * sizeof(*engine->df)));
		engine->postings = must(realloc(
			engine->postings, room * sizeof(*engine->postings)));
		memset(engine->df + next, 0,
		       (room - next) * sizeof(*engine->df));
		memset(engine->postings + next, 0,
		       (room - next) * sizeof(*engine->postings));
		engine->feature_room = room;
	}
	return (uint32_t)next;
}

static void post(struct engine *engine, uint32_t feature, uint32_t signature)
{
	struct posting *posting = &engine->postings[feature];

	engine->df[feature]++;
	if (posting->count == posting->room) {
		if (posting->room >= 2 * POSTINGS_NEWEST) {
			memmove(posting->signatures,
				posting->signatures + posting->count -
					POSTINGS_NEWEST,
				POSTINGS_NEWEST * sizeof(uint32_t));
			posting->count = POSTINGS_NEWEST;
		} else {
			posting->room = posting->room ? posting->room * 2 : 2;
			posting->signatures =
				must(realloc(posting->signatures,
					     posting->room * sizeof(uint32_t)));
		}
	}
	posting->signatures[posting->count++] = signature;
}

void engine_state_store(struct engine *engine, const struct stored *stored)
{
	const uint32_t number = (uint32_t)engine->count;
	bool added;

	if (engine->count == engine->room) {
		engine->room = engine->room ? engine->room * 2 : 1024;
		engine->stored =
			must(realloc(engine->stored,
				     engine->room * sizeof(*engine->stored)));
		engine->touched =
			must(realloc(engine->touched,
				     engine->room * sizeof(*engine->touched)));
	}
	*keymap_put(&engine->keys, stored->key, &added) = number;
	assert(added);
	engine->stored[engine->count++] = *stored;
	for (uint32_t k = 0; k < stored->weighed.count; k++) {
		const uint32_t feature = stored->weighed.at[k].feature;

		if (k == 0 || stored->weighed.at[k - 1].feature != feature)
			post(engine, feature, number);
	}
}
