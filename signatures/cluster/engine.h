/*
 * engine.h - which signatures are the same bug.
 *
 * Signatures go in one after the other, in canonical order: by the time of
 * their earliest crash, ties by key.  The outcome depends on the set alone,
 * because whoever feeds the engine sorts the set.  A late crash that belongs
 * further up is no trouble: engine_cut() takes back what came behind its place.
 *
 * A signature is a stream of features (see feature.h).  Each new one is held
 * against the few signatures that share its rarest features, found through an
 * inverted index, never against all.  It joins the best cluster at STRICT
 * likeness or founds one; a founded cluster joins the best family at LOOSE
 * likeness or founds one.  So clusters nest in families.
 *
 * An id is the key of the founding signature: content, not order of arrival.
 *
 * What a feature weighs follows from how many signatures had it at the last
 * epoch: epochs begin at fixed counts of signatures, close together while they
 * are few.  So the state behind a signature follows from the signatures up to
 * it alone, and weights need not be kept.
 */
#ifndef CLUSTER_ENGINE_H
#define CLUSTER_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A signature holds at most this many features; deeper frames say nothing. */
#define ENGINE_FEATURES_MAX 2048

/* The levels shipped; measured on labelled crashes, see tests/bench. */
#define ENGINE_STRICT 0.80f
#define ENGINE_LOOSE 0.40f

struct engine_feature {
	uint64_t feature; /* content hash */
	uint8_t class;	  /* enum feature_class */
};

struct engine_signature {
	uint64_t key; /* content hash of the stream, never 0 */
	const struct engine_feature *features; /* borrowed for the call */
	size_t count;
};

struct engine_place {
	uint64_t cluster; /* id */
	uint64_t family;  /* id */
	float score; /* likeness to the cluster it joined, 0 if it founded */
	uint64_t nearest; /* key of the most like signature, 0 = none */
	float likeness;	  /* to that one */
};

struct engine_neighbour {
	uint64_t key;
	uint32_t position; /* of insertion */
	uint64_t cluster;
	float likeness;
};

struct engine;

struct engine *engine_create(float strict, float loose);
void engine_destroy(struct engine *engine);

/* The key of a stream. */
uint64_t engine_key(const struct engine_feature *features, size_t count);

/* Place a signature that was not placed before; order matters, see above. */
struct engine_place engine_insert(struct engine *engine,
				  const struct engine_signature *signature);

/* The place of a key that was inserted; false if it never was. */
bool engine_find(struct engine *engine, uint64_t key, struct engine_place *ret);

/* The most like signatures, best first, without inserting; returns how many. */
size_t engine_similar(struct engine *engine,
		      const struct engine_signature *signature,
		      struct engine_neighbour *ret, size_t max);

/* How like two streams are, 0..1, with this engine's counts. */
float engine_likeness(struct engine *engine, const struct engine_signature *a,
		      const struct engine_signature *b);

/* The weight of each feature of a signature, in the order of its stream. */
void engine_weigh(struct engine *engine,
		  const struct engine_signature *signature, float *ret);

size_t engine_count(const struct engine *engine);

/* The likeness that makes one cluster. */
float engine_strict(const struct engine *engine);

/* Where a key stands in the order of insertion; false if it never came. */
bool engine_position(struct engine *engine, uint64_t key, uint32_t *ret);

/* What was said of the signature at a position below engine_count(). */
struct engine_place engine_place_at(struct engine *engine, uint32_t position);

/* The engine's number of a feature; its class is in it. */
uint32_t engine_feature_number(struct engine_feature feature);

#endif
