#include "signatures/cluster/engine.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/must.h"
#include "signatures/cluster/engine_state.h"

enum {
	CANDIDATES = 48, /* verified per search */
	GROUPS = 12,	 /* clusters weighed up per search */
	AHEAD = 3,	 /* candidates on their way from memory */
	MEMBERS = 3	 /* best members that speak for a cluster */
};

/* Share of a signature's weight that is searched for: to join, and to tell. */
#define JOIN_SHARE 0.7f
#define TELL_SHARE 0.9f

struct candidate {
	uint32_t signature;
	float score;
};

struct engine *engine_create(float strict, float loose)
{
	struct engine *engine = must(calloc(1, sizeof(*engine)));

	engine->strict = strict;
	engine->loose = loose;
	keymap_init(&engine->numbers);
	keymap_init(&engine->keys);
	for (uint32_t i = 0; i < ENGINE_FEATURES_MAX; i++)
		engine->places[i] = i;
	engine_state_begin_epoch(engine, 0);
	return engine;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	for (size_t i = 0; i < engine->room; i++)
		if (engine->filled[i / ENGINE_STORED_PAGE])
			free(engine->stored[i]);
		else
			i |= ENGINE_STORED_PAGE - 1;
	for (size_t i = 0; i < engine->posting_count; i++)
		if (engine->postings[i].room)
			free(engine->postings[i].at.many);
	keymap_deinit(&engine->numbers);
	keymap_deinit(&engine->keys);
	free(engine->postings);
	free(engine->stored);
	free(engine->filled);
	free(engine->cut_keys);
	free(engine->pages);
	if (engine->cuts.at)
		engine_cut_deinit(engine);
	free(engine);
}

uint32_t engine_feature_number(struct engine_feature feature)
{
	return ((uint32_t)(feature.feature >> 32) &
		~(uint32_t)ENGINE_CLASS_MASK) |
	       feature.class;
}

uint64_t engine_key(const struct engine_feature *features, size_t count)
{
	uint64_t key = hash_mix(0, count);

	/* Pairs, words and the like follow from frames and codes. */
	for (size_t i = 0; i < count; i++)
		if (features[i].class == FEATURE_FRAME ||
		    features[i].class == FEATURE_CODE)
			key = hash_mix(key, features[i].feature);
	return key ? key : 1;
}

/* A signature of its own, weighed with the counts of now. */
static struct stored *intern(struct engine *engine,
			     const struct engine_signature *signature)
{
	const size_t count = signature->count < ENGINE_FEATURES_MAX
				     ? signature->count
				     : ENGINE_FEATURES_MAX;
	struct stored *ret;

	for (size_t i = 0; i < count; i++)
		engine->stream[i] =
			engine_feature_number(signature->features[i]);
	ret = engine_state_stored_make(engine, engine->stream, count);
	ret->key = signature->key;
	engine_state_weigh_stored(engine, ret);
	return ret;
}

/* The features of query, heaviest first, ties by number. */
static void heaviest_first(struct engine *engine, const struct weighed *query)
{
	for (uint32_t i = 0; i < query->count; i++) {
		union {
			float weight; /* never negative: its bits sort as it */
			uint32_t bits;
		} same = { .weight = query->at[i].weight };

		engine->sorted[i] =
			(uint64_t)~same.bits << 32 | query->at[i].feature;
	}
	likeness_sort(engine->sorted, query->count);
	for (uint32_t i = 0; i < query->count; i++) {
		union {
			uint32_t bits;
			float weight;
		} same = { .bits = ~(uint32_t)(engine->sorted[i] >> 32) };

		engine->scratch[i] =
			(struct weighted){ (uint32_t)engine->sorted[i],
					   same.weight };
	}
}

/* Higher score first, then newer signature. */
static bool better(struct candidate a, struct candidate b)
{
	return a.score > b.score ||
	       (a.score == b.score && a.signature > b.signature);
}

/* Keep the best max; returns the new count. */
static size_t keep_best(struct candidate *best, size_t count, size_t max,
			struct candidate next)
{
	if (count == max && !better(next, best[max - 1]))
		return count;

	size_t i = count < max ? count : max - 1;

	for (; i > 0 && better(next, best[i - 1]); i--)
		best[i] = best[i - 1];
	best[i] = next;
	return count < max ? count + 1 : max;
}

/*
 * The place of a signature in this search, a free one if it is new.  There are
 * few enough to stay in the processor's cache, however many signatures.
 */
static uint32_t touch_of(const struct engine *engine, uint32_t position)
{
	const uint32_t mask = ENGINE_TOUCHES - 1;
	uint32_t i =
		position * UINT32_C(2654435769) >> (32 - ENGINE_TOUCH_BITS);

	while (engine->touches[i].search == engine->searches &&
	       engine->touches[i].position != position)
		i = (i + 1) & mask;
	return i;
}

/* Add a feature's weight to the newest signatures that have it. */
static size_t gather(struct engine *engine, struct posting *posting,
		     float weight, size_t touched)
{
	const uint32_t first = posting->count > ENGINE_CHUNK
				       ? posting->count - ENGINE_CHUNK
				       : 0;
	const uint32_t *at;

	while (posting->first > first && engine_table_chunk(engine, posting))
		;
	at = engine_state_positions(posting);
	for (uint32_t i = posting->count; i > first && i > posting->first;
	     i--) {
		const uint32_t position = at[i - 1 - posting->first];
		const uint32_t place = touch_of(engine, position);
		struct touch *touch = &engine->touches[place];

		if (touch->search != engine->searches) {
			*touch =
				(struct touch){ engine->searches, position, 0 };
			engine->touched[touched++] = (uint16_t)place;
		}
		touch->gathered += weight;
	}
	return touched;
}

/* The search of a fleet of four thousand million crashes. */
static void count_search(struct engine *engine)
{
	if (++engine->searches)
		return;
	memset(engine->touches, 0, sizeof(engine->touches));
	engine->searches = 1;
}

/* The signatures that share most of the heaviest features. */
static size_t search(struct engine *engine, const struct weighed *query,
		     float share, struct candidate best[CANDIDATES])
{
	const struct weighted *heaviest = engine->scratch;
	size_t touched = 0;
	size_t used = 0;
	size_t count = 0;
	float done = 0;

	heaviest_first(engine, query);
	count_search(engine);
	engine->last = (struct weighted){ .weight = INFINITY };
	for (uint32_t k = 0; k < query->count; k++) {
		const struct weighted feature = heaviest[k];
		struct posting *posting;

		if (k > 0 && heaviest[k - 1].feature == feature.feature) {
			done += feature.weight;
			continue;
		}
		if (done >= share * query->total ||
		    used >= ENGINE_POSTINGS_BUDGET)
			break;
		engine->last = feature;
		posting = engine_state_posting(engine, feature.feature);
		touched = gather(engine, posting, feature.weight, touched);
		used += posting->count < ENGINE_CHUNK ? posting->count
						      : ENGINE_CHUNK;
		done += feature.weight;
	}
	for (size_t k = 0; k < touched; k++) {
		const struct touch *touch =
			&engine->touches[engine->touched[k]];
		const struct candidate next = { touch->position,
						touch->gathered };

		count = keep_best(best, count, CANDIDATES, next);
	}
	return count;
}

/* A signature that is looked at soon: it lies anywhere. */
static void fetch(const struct stored *stored)
{
	enum {
		LINE = 64,
		LINES = 12
	};

	for (size_t i = 0; stored && i < LINES; i++)
		__builtin_prefetch((const char *)stored + i * LINE);
}

/* First where they lie, for that lies anywhere as well. */
static void fetch_places(const struct engine *engine,
			 const struct candidate *found, size_t count)
{
	for (size_t k = 0; k < count; k++)
		__builtin_prefetch(&engine->stored[found[k].signature]);
}

/* Whatever has been placed in front of them. */
static uint64_t hash_of(struct engine *engine, const struct candidate *found,
			size_t count)
{
	uint64_t ret = count;

	for (size_t k = 0; k < count; k++) {
		uint32_t score;

		memcpy(&score, &found[k].score, sizeof(score));
		ret = hash_mix(
			ret,
			engine_state_stored(engine, found[k].signature)->key ^
				score);
	}
	return ret;
}

/* Search, then measure each candidate; best first. */
static size_t nearest(struct engine *engine, const struct weighed *query,
		      float share, struct candidate best[CANDIDATES])
{
	struct candidate found[CANDIDATES];
	const size_t searched = search(engine, query, share, found);
	size_t count = 0;

	fetch_places(engine, found, searched);
	for (size_t k = 0; k < searched && k < AHEAD; k++)
		fetch(engine->stored[found[k].signature]);
	for (size_t k = 0; k < searched; k++) {
		struct stored *stored =
			engine_state_stored(engine, found[k].signature);
		struct candidate next = { found[k].signature, 0 };

		if (k + AHEAD < searched)
			fetch(engine->stored[found[k + AHEAD].signature]);
		engine_state_weigh_stored(engine, stored);
		next.score = likeness_of(query, &stored->weighed);
		count = keep_best(best, count, CANDIDATES, next);
	}
	engine->last_found = hash_of(engine, found, searched);
	return count;
}

/* Of its features those that the search looked up, which is the last one. */
static void mark_looked_up(const struct engine *engine, struct stored *stored)
{
	const struct weighted last = engine->last;

	for (uint32_t k = 0; k < stored->weighed.count; k++) {
		const struct weighted at = stored->weighed.at[k];
		const bool is_first =
			at.weight > last.weight || (at.weight == last.weight &&
						    at.feature <= last.feature);

		stored->order[k] =
			(uint16_t)(engine_state_order(stored, k) |
				   (is_first ? ENGINE_LOOKED_UP : 0));
	}
}

bool engine_finds_as_before(struct engine *engine, struct stored *stored)
{
	struct candidate found[CANDIDATES];
	size_t count;

	engine_state_weigh_stored(engine, stored);
	count = search(engine, &stored->weighed, JOIN_SHARE, found);
	/* It may have looked at less or more, to find the same. */
	mark_looked_up(engine, stored);
	for (size_t k = 0; k < count; k++)
		if (engine_state_stored(engine, found[k].signature)->has_moved)
			return false;
	return hash_of(engine, found, count) == stored->found;
}

/* A cluster's score is the mean of its best few members among those found. */
static float cluster_score(const struct engine *engine,
			   const struct candidate *best, size_t count,
			   size_t from, uint64_t cluster)
{
	float sum = 0;
	size_t members = 0;

	for (size_t k = from; k < count && members < MEMBERS; k++) {
		const struct stored *stored = engine->stored[best[k].signature];

		if (stored->place.cluster != cluster)
			continue;
		sum += best[k].score;
		members++;
	}
	return sum / (float)members;
}

static struct engine_place decide(const struct engine *engine, uint64_t key,
				  const struct candidate *best, size_t count)
{
	struct engine_place place = { .cluster = key, .family = key };
	const struct engine_place *joined = NULL;
	uint64_t seen[GROUPS];
	size_t groups = 0;
	float score = -1;

	for (size_t k = 0; k < count && groups < GROUPS; k++) {
		const struct engine_place *at =
			&engine->stored[best[k].signature]->place;
		bool known = false;

		for (size_t i = 0; i < groups; i++)
			known = known || seen[i] == at->cluster;
		if (known)
			continue;
		seen[groups++] = at->cluster;

		const float next =
			cluster_score(engine, best, count, k, at->cluster);

		if (next > score) {
			score = next;
			joined = at;
		}
	}
	if (count > 0) {
		place.nearest = engine->stored[best[0].signature]->key;
		place.likeness = best[0].score;
	}
	if (joined && score >= engine->strict)
		place.cluster = joined->cluster;
	if (joined && score >= engine->loose)
		place.family = joined->family;
	if (joined && score >= engine->loose)
		place.score = score;
	return place;
}

struct engine_place engine_insert_stored(struct engine *engine,
					 struct stored *stored)
{
	struct candidate best[CANDIDATES];
	size_t count;

	engine_state_weigh_stored(engine, stored);
	count = nearest(engine, &stored->weighed, JOIN_SHARE, best);
	mark_looked_up(engine, stored);
	stored->found = engine->last_found;
	stored->place = decide(engine, stored->key, best, count);
	engine_state_store(engine, stored);
	return stored->place;
}

struct engine_place engine_insert(struct engine *engine,
				  const struct engine_signature *signature)
{
	struct stored *stored = intern(engine, signature);
	const struct engine_place place = engine_insert_stored(engine, stored);

	engine_cut_disturb(engine, stored);
	return place;
}

bool engine_position(struct engine *engine, uint64_t key, uint32_t *ret)
{
	bool added;

	if (key == 0)
		return false;
	if (keymap_find(&engine->keys, key, ret))
		return *ret < ENGINE_NOWHERE;
	if (!engine_table_key(engine, key, ret))
		return false;
	*keymap_put(&engine->keys, key, &added) = *ret;
	return true;
}

bool engine_find(struct engine *engine, uint64_t key, struct engine_place *ret)
{
	uint32_t position;

	if (!engine_position(engine, key, &position))
		return false;
	*ret = engine_state_stored(engine, position)->place;
	return true;
}

struct engine_place engine_place_at(struct engine *engine, uint32_t position)
{
	return engine_state_stored(engine, position)->place;
}

size_t engine_similar(struct engine *engine,
		      const struct engine_signature *signature,
		      struct engine_neighbour *ret, size_t max)
{
	struct candidate best[CANDIDATES];
	struct stored *query = intern(engine, signature);
	size_t count = nearest(engine, &query->weighed, TELL_SHARE, best);

	if (count > max)
		count = max;
	for (size_t k = 0; k < count; k++) {
		const struct stored *stored = engine->stored[best[k].signature];

		ret[k] = (struct engine_neighbour){ stored->key,
						    best[k].signature,
						    stored->place.cluster,
						    best[k].score };
	}
	free(query);
	return count;
}

float engine_likeness(struct engine *engine, const struct engine_signature *a,
		      const struct engine_signature *b)
{
	struct stored *left = intern(engine, a);
	struct stored *right = intern(engine, b);
	const float likeness = likeness_of(&left->weighed, &right->weighed);

	free(left);
	free(right);
	return likeness;
}

void engine_weigh(struct engine *engine,
		  const struct engine_signature *signature, float *ret)
{
	struct stored *query = intern(engine, signature);

	for (uint32_t k = 0; k < query->weighed.count; k++)
		ret[engine_state_order(query, k)] = query->weighed.at[k].weight;
	free(query);
}

size_t engine_count(const struct engine *engine)
{
	return engine->count;
}

float engine_strict(const struct engine *engine)
{
	return engine->strict;
}
