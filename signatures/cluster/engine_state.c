#include "signatures/cluster/engine_state.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/must.h"

enum {
	EPOCHS_FEW = 20000, /* signatures; fewer have many epochs */
	EPOCH_LEAST = 1,
	EPOCH_FEW_SHARE = 200,
	EPOCH_SHARE = 4
};

static_assert((int)FEATURE_CLASSES <= ENGINE_CLASS_MASK,
	      "a number ends in its class");

static uint8_t class_of(uint32_t feature)
{
	const uint8_t class = feature & ENGINE_CLASS_MASK;

	return class < FEATURE_CLASSES ? class : FEATURE_UNUSED;
}

struct stored *engine_state_stored_make(struct engine *engine,
					const uint32_t *features, size_t count)
{
	char *block = must(
		malloc(sizeof(struct stored) +
		       count * (sizeof(struct weighted) + sizeof(uint16_t))));
	struct stored *ret = (void *)block;

	memset(ret, 0, sizeof(*ret));
	ret->weighed.at = (void *)(block + sizeof(*ret));
	ret->order = (void *)(ret->weighed.at + count);
	ret->weighed.count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		engine->sorted[i] = (uint64_t)features[i] << 16 | i;
	likeness_sort(engine->sorted, count);
	for (size_t i = 0; i < count; i++) {
		ret->weighed.at[i] =
			(struct weighted){ (uint32_t)(engine->sorted[i] >> 16),
					   0 };
		ret->order[i] = (uint16_t)engine->sorted[i];
	}
	return ret;
}

size_t engine_state_stored_stream(const struct stored *stored,
				  uint32_t ret[ENGINE_FEATURES_MAX])
{
	for (uint32_t k = 0; k < stored->weighed.count; k++)
		ret[engine_state_order(stored, k)] =
			stored->weighed.at[k].feature;
	return stored->weighed.count;
}

struct stored *engine_state_stored(struct engine *engine, uint32_t position)
{
	struct stored **slot = &engine->stored[position];

	if (!*slot)
		engine_state_fill(engine, position,
				  engine_table_stored(engine, position));
	return *slot;
}

void engine_state_fill(struct engine *engine, uint32_t position,
		       struct stored *stored)
{
	engine->stored[position] = stored;
	engine->filled[position / ENGINE_STORED_PAGE] = 1;
}

uint32_t *engine_state_positions(struct posting *posting)
{
	return posting->room ? posting->at.many : posting->at.few;
}

static size_t in_memory(const struct posting *posting)
{
	return posting->count - posting->first;
}

/* Room for one more position. */
static void make_room(struct posting *posting)
{
	const size_t used = in_memory(posting);
	uint32_t *many;

	if (posting->room ? used < posting->room : used < POSTINGS_INLINE)
		return;
	many = posting->room ? posting->at.many : NULL;
	if (!many) {
		many = must(malloc(4 * POSTINGS_INLINE * sizeof(*many)));
		memcpy(many, posting->at.few, sizeof(posting->at.few));
		posting->room = 4 * POSTINGS_INLINE;
	} else {
		posting->room += posting->room / 2;
		many = must(realloc(many, posting->room * sizeof(*many)));
	}
	posting->at.many = many;
}

struct posting *engine_state_posting(struct engine *engine, uint32_t feature)
{
	bool added;
	/* 0 is no key. */
	uint32_t *index =
		keymap_put(&engine->numbers, (uint64_t)feature + 1, &added);
	struct posting *posting;

	if (!added)
		return &engine->postings[*index];
	if (engine->posting_count == engine->posting_room) {
		engine->posting_room =
			engine->posting_room + engine->posting_room / 2 + 4096;
		engine->postings = must(realloc(
			engine->postings,
			engine->posting_room * sizeof(*engine->postings)));
	}
	*index = (uint32_t)engine->posting_count;
	posting = &engine->postings[engine->posting_count++];
	*posting = (struct posting){ .feature = feature };
	if (engine->table)
		engine_table_posting(engine, posting);
	return posting;
}

/* Of the positions in memory, how many are below. */
static uint32_t below(struct posting *posting, size_t position)
{
	const uint32_t *at = engine_state_positions(posting);
	size_t low = 0;
	size_t high = in_memory(posting);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (at[middle] < position)
			low = middle + 1;
		else
			high = middle;
	}
	return (uint32_t)low;
}

uint32_t engine_state_frozen(struct engine *engine, struct posting *posting)
{
	if (posting->frozen_in == engine->serial)
		return posting->frozen;
	while (posting->first > 0 && below(posting, engine->epoch) == 0 &&
	       engine_table_chunk(engine, posting))
		;
	posting->frozen = posting->first + below(posting, engine->epoch);
	posting->frozen_in = engine->serial;
	return posting->frozen;
}

/*
 * The postings of all features, in engine->found.  They lie anywhere in memory:
 * asked for side by side they take the time of one or two.
 */
static void find_postings(struct engine *engine, const struct weighed *weighed)
{
	const struct weighted *at = weighed->at;

	for (uint32_t k = 0; k < weighed->count; k++)
		keymap_fetch(&engine->numbers, (uint64_t)at[k].feature + 1);
	for (uint32_t k = 0; k < weighed->count; k++) {
		if (k > 0 && at[k - 1].feature == at[k].feature) {
			engine->found[k] = engine->found[k - 1];
			continue;
		}
		engine->found[k] =
			(uint32_t)(engine_state_posting(engine, at[k].feature) -
				   engine->postings);
		__builtin_prefetch(&engine->postings[engine->found[k]]);
	}
}

void engine_state_weigh_stored(struct engine *engine, struct stored *stored)
{
	struct weighed *weighed = &stored->weighed;

	if (stored->weighed_in == engine->serial)
		return;
	find_postings(engine, weighed);
	for (uint32_t k = 0; k < weighed->count; k++) {
		const uint32_t i = engine_state_order(stored, k);

		engine->classes[i] = class_of(weighed->at[k].feature);
		engine->df[i] = engine_state_frozen(
			engine, &engine->postings[engine->found[k]]);
	}
	weights_weigh(&engine->weights, engine->df, engine->places,
		      engine->classes, weighed->count, engine->scratch);
	weighed->total = 0;
	for (uint32_t k = 0; k < weighed->count; k++) {
		weighed->at[k].weight =
			engine->scratch[engine_state_order(stored, k)].weight;
		weighed->total += weighed->at[k].weight;
	}
	stored->weighed_in = engine->serial;
}

static void post(struct posting *posting, uint32_t position)
{
	make_room(posting);
	engine_state_positions(posting)[in_memory(posting)] = position;
	posting->count++;
}

static size_t pages_of(size_t positions)
{
	return positions / ENGINE_STORED_PAGE + 1;
}

/* Room for more signatures; what is not there yet is NULL. */
static void grow(struct engine *engine)
{
	const size_t old = engine->room;

	engine->room = old + old / 2 + 1024;
	engine->stored = must(realloc(engine->stored,
				      engine->room * sizeof(struct stored *)));
	engine->filled = must(realloc(engine->filled, pages_of(engine->room)));
	memset(engine->filled + pages_of(old), 0,
	       pages_of(engine->room) - pages_of(old));
	memset(engine->stored + old, 0,
	       (engine->room - old) * sizeof(struct stored *));
}

void engine_state_store(struct engine *engine, struct stored *stored)
{
	const uint32_t position = (uint32_t)engine->count;
	const struct weighted *at = stored->weighed.at;
	bool added;

	if (engine->count == engine->room)
		grow(engine);
	*keymap_put(&engine->keys, stored->key, &added) = position;
	/* A damaged table may have led to what it has behind the newest. */
	free(engine->stored[engine->count]);
	engine_state_fill(engine, position, stored);
	engine->count++;
	find_postings(engine, &stored->weighed);
	for (uint32_t k = 0; k < stored->weighed.count; k++)
		if (k == 0 || at[k - 1].feature != at[k].feature)
			post(&engine->postings[engine->found[k]], position);
	/* Whoever asks next is told the same as by an engine opened here. */
	if (engine->count >= engine->next_epoch)
		engine_state_begin_epoch(engine, engine->count);
}

static size_t epoch_behind(size_t epoch)
{
	return epoch < EPOCHS_FEW
		       ? epoch + epoch / EPOCH_FEW_SHARE + EPOCH_LEAST
		       : epoch + epoch / EPOCH_SHARE;
}

void engine_state_begin_epoch(struct engine *engine, size_t count)
{
	size_t epoch = count < engine->next_epoch ? 0 : engine->epoch;

	while (epoch_behind(epoch) <= count)
		epoch = epoch_behind(epoch);
	engine->epoch = epoch;
	engine->next_epoch = epoch_behind(epoch);
	engine->serial++;
	weights_start(&engine->weights, (double)epoch);
}

/* Take the newest signature from a feature's positions. */
static void unpost(struct engine *engine, uint32_t feature, uint32_t position)
{
	struct posting *posting = engine_state_posting(engine, feature);

	if (in_memory(posting) == 0 && posting->first > 0)
		engine_table_chunk(engine, posting);
	if (in_memory(posting) == 0 ||
	    engine_state_positions(posting)[in_memory(posting) - 1] !=
		    position) {
		engine->damaged = true;
		return;
	}
	posting->count--;
	if (posting->count < posting->fresh)
		posting->fresh = posting->count;
}

static void forget_key(struct engine *engine, uint64_t key, uint32_t position)
{
	bool added;

	*keymap_put(&engine->keys, key, &added) =
		ENGINE_NOWHERE + UINT32_C(1) + position - engine->cuts.first;
	if (engine->cut_count == engine->cut_room) {
		engine->cut_room = engine->cut_room * 2 + 1024;
		engine->cut_keys = must(
			realloc(engine->cut_keys,
				engine->cut_room * sizeof(*engine->cut_keys)));
	}
	engine->cut_keys[engine->cut_count++] = key;
}

void engine_state_unstore(struct engine *engine)
{
	const uint32_t position = (uint32_t)engine->count - 1;
	struct stored *stored = engine_state_stored(engine, position);
	const struct weighted *at = stored->weighed.at;

	for (uint32_t k = 0; k < stored->weighed.count; k++)
		if (k == 0 || at[k - 1].feature != at[k].feature)
			unpost(engine, at[k].feature, position);
	if (stored->key)
		forget_key(engine, stored->key, position);
	engine->cuts.at[position - engine->cuts.first] = stored;
	engine->stored[position] = NULL;
	engine->count--;
}
