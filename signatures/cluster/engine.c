#include "signatures/cluster/engine.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/engine_state.h"

enum {
	POSTINGS_BUDGET = 6000, /* looked at per search */
	CANDIDATES = 48,	/* verified per search */
	GROUPS = 12,		/* clusters weighed up per search */
	MEMBERS = 3,		/* best members that speak for a cluster */
	REWEIGH_EVERY = 200,	/* signatures, while few; then by a quarter */
	REWEIGH_FEW = 20000
};

/* Share of a signature's weight that is searched for. */
#define SEARCH_SHARE 0.7f

struct candidate {
	uint32_t signature;
	float score;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

struct engine *engine_create(float strict, float loose)
{
	struct engine *engine = must(calloc(1, sizeof(*engine)));

	engine->strict = strict;
	engine->loose = loose;
	weights_init(&engine->weights);
	keymap_init(&engine->features);
	keymap_init(&engine->keys);
	return engine;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	for (size_t i = 0; i < engine->count; i++) {
		free(engine->stored[i].weighed.at);
	}
	for (size_t i = 0; i < engine->features.count; i++)
		free(engine->postings[i].signatures);
	keymap_deinit(&engine->features);
	keymap_deinit(&engine->keys);
	free(engine->df);
	free(engine->postings);
	free(engine->stored);
	free(engine->touched);
	free(engine);
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

/* Weigh in stream order, keep in order of features. */
static void weigh(struct engine *engine, struct stored *stored)
{
	struct weighed *weighed = &stored->weighed;

	weights_weigh(&engine->weights, engine->df, stored->features,
		      stored->classes, stored->length, engine->scratch);
	weighed->count = stored->length;
	weighed->total = 0;
	for (uint32_t k = 0; k < stored->length; k++) {
		weighed->at[k] = engine->scratch[stored->order[k]];
		weighed->total += weighed->at[k].weight;
	}
}

static void order_features(struct engine *engine, struct stored *stored)
{
	for (uint32_t i = 0; i < stored->length; i++)
		engine->sorted[i] = (uint64_t)stored->features[i] << 16 | i;
	likeness_sort(engine->sorted, stored->length);
	for (uint32_t i = 0; i < stored->length; i++)
		stored->order[i] = (uint16_t)engine->sorted[i];
}

/* Take a signature's stream over and weigh it. */
static void intern(struct engine *engine,
		   const struct engine_signature *signature, struct stored *ret)
{
	const size_t length = signature->count < ENGINE_FEATURES_MAX
				      ? signature->count
				      : ENGINE_FEATURES_MAX;

	memset(ret, 0, sizeof(*ret));
	ret->key = signature->key;
	ret->time = signature->time;
	engine_state_room(ret, (uint32_t)length);
	for (size_t i = 0; i < length; i++) {
		ret->features[i] = engine_state_number(
			engine, signature->features[i].feature);
		ret->classes[i] = signature->features[i].class;
	}
	order_features(engine, ret);
	weigh(engine, ret);
}

static void forget(struct stored *stored)
{
	free(stored->weighed.at);
}

/* Counts have moved on: weigh what is stored as if it came today. */
static void reweigh(struct engine *engine)
{
	const size_t since = engine->count - engine->reweighed;

	if (since < REWEIGH_EVERY ||
	    (engine->count >= REWEIGH_FEW && since < engine->count / 4))
		return;
	for (size_t i = 0; i < engine->count; i++)
		weigh(engine, &engine->stored[i]);
	engine->reweighed = engine->count;
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

/* Add a feature's weight to the newest signatures that have it. */
static size_t gather(struct engine *engine, struct weighted feature,
		     size_t touched)
{
	const struct posting *posting = &engine->postings[feature.feature];
	const uint32_t first = posting->count > POSTINGS_NEWEST
				       ? posting->count - POSTINGS_NEWEST
				       : 0;

	for (uint32_t i = posting->count; i > first; i--) {
		const uint32_t number = posting->signatures[i - 1];
		struct stored *stored = &engine->stored[number];

		if (stored->seen != engine->searches) {
			stored->seen = engine->searches;
			stored->gathered = 0;
			engine->touched[touched++] = number;
		}
		stored->gathered += feature.weight;
	}
	return touched;
}

/* The signatures that share most of the heaviest features. */
static size_t search(struct engine *engine, const struct weighed *query,
		     struct candidate best[CANDIDATES])
{
	const struct weighted *heaviest = engine->scratch;
	size_t touched = 0;
	size_t used = 0;
	size_t count = 0;
	float done = 0;

	heaviest_first(engine, query);
	engine->searches++;
	for (uint32_t k = 0; k < query->count; k++) {
		const struct weighted feature = heaviest[k];
		const struct posting *posting =
			&engine->postings[feature.feature];

		if (k > 0 && heaviest[k - 1].feature == feature.feature) {
			done += feature.weight;
			continue;
		}
		if (done >= SEARCH_SHARE * query->total ||
		    used >= POSTINGS_BUDGET)
			break;
		touched = gather(engine, feature, touched);
		used += posting->count < POSTINGS_NEWEST ? posting->count
							 : POSTINGS_NEWEST;
		done += feature.weight;
	}
	for (size_t k = 0; k < touched; k++) {
		const uint32_t number = engine->touched[k];
		const struct candidate next = {
			number, engine->stored[number].gathered
		};

		count = keep_best(best, count, CANDIDATES, next);
	}
	return count;
}

/* Search, then measure each candidate; best first. */
static size_t nearest(struct engine *engine, const struct weighed *query,
		      struct candidate best[CANDIDATES])
{
	struct candidate found[CANDIDATES];
	const size_t searched = search(engine, query, found);
	size_t count = 0;

	for (size_t k = 0; k < searched; k++) {
		const struct candidate next = {
			found[k].signature,
			likeness_of(query,
				    &engine->stored[found[k].signature].weighed)
		};

		count = keep_best(best, count, CANDIDATES, next);
	}
	return count;
}

/* A cluster's score is the mean of its best few members among those found. */
static float cluster_score(const struct engine *engine,
			   const struct candidate *best, size_t count,
			   size_t from, uint64_t cluster)
{
	float sum = 0;
	size_t members = 0;

	for (size_t k = from; k < count && members < MEMBERS; k++) {
		const struct stored *stored =
			&engine->stored[best[k].signature];

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
			&engine->stored[best[k].signature].place;
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
		place.nearest = engine->stored[best[0].signature].key;
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

struct engine_place engine_insert(struct engine *engine,
				  const struct engine_signature *signature)
{
	struct candidate best[CANDIDATES];
	struct stored stored;

	weights_grow(&engine->weights, (double)engine->count);
	reweigh(engine);
	intern(engine, signature, &stored);

	const size_t count = nearest(engine, &stored.weighed, best);

	stored.place = decide(engine, signature->key, best, count);
	engine_state_store(engine, &stored);
	return stored.place;
}

bool engine_find(const struct engine *engine, uint64_t key,
		 struct engine_place *ret)
{
	uint32_t number;

	if (!keymap_find(&engine->keys, key, &number))
		return false;
	*ret = engine->stored[number].place;
	return true;
}

size_t engine_similar(struct engine *engine,
		      const struct engine_signature *signature,
		      struct engine_neighbour *ret, size_t max)
{
	struct candidate best[CANDIDATES];
	struct stored query;
	size_t count;

	intern(engine, signature, &query);
	count = nearest(engine, &query.weighed, best);
	if (count > max)
		count = max;
	for (size_t k = 0; k < count; k++) {
		const struct stored *stored =
			&engine->stored[best[k].signature];

		ret[k] = (struct engine_neighbour){ stored->key,
						    stored->place.cluster,
						    best[k].score };
	}
	forget(&query);
	return count;
}

float engine_likeness(struct engine *engine, const struct engine_signature *a,
		      const struct engine_signature *b)
{
	struct stored left;
	struct stored right;
	float likeness;

	intern(engine, a, &left);
	intern(engine, b, &right);
	likeness = likeness_of(&left.weighed, &right.weighed);
	forget(&left);
	forget(&right);
	return likeness;
}

void engine_weigh(struct engine *engine,
		  const struct engine_signature *signature, float *ret)
{
	struct stored query;

	intern(engine, signature, &query);
	weights_weigh(&engine->weights, engine->df, query.features,
		      query.classes, query.length, engine->scratch);
	for (uint32_t k = 0; k < query.length; k++)
		ret[k] = engine->scratch[k].weight;
	forget(&query);
}

size_t engine_count(const struct engine *engine)
{
	return engine->count;
}

uint64_t engine_last_time(const struct engine *engine)
{
	return engine->count ? engine->stored[engine->count - 1].time : 0;
}
