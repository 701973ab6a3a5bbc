/*
 * corpus.h - all crashes side by side, as small as clustering needs them.
 *
 * Crashes are added in any order; corpus_cluster() sorts them by time and
 * identity first, so that what comes out depends on the set alone.
 */
#ifndef SETTLE_CORPUS_H
#define SETTLE_CORPUS_H

#include "signatures/cluster/feature.h"
#include "signatures/crash.h"
#include "signatures/settle/stream.h"

/* Where a crash belongs; ids are 48 bits of its founder's identity. */
struct corpus_place {
	uint32_t row; /* as given to corpus_add() */
	enum stream_why why;
	uint64_t cluster; /* 0 = unclustered, see why */
	uint64_t family;
	uint64_t id;	  /* of the crash, made as those of clusters */
	uint64_t nearest; /* id of the crash most like it, 0 = none */
	uint64_t key;	  /* of its signature, 0 = none */
	float likeness;	  /* to that one, when it came */
	bool is_same;	  /* as after the last pass: not looked up */
};

/* A signature of the corpus, and the first crash that has it. */
struct corpus_first {
	uint64_t key;
	uint64_t time;
	struct hash128 identity;
	uint32_t row;
	uint32_t stack; /* for corpus_stream() */
};

struct corpus;

struct corpus *corpus_create(void);
void corpus_destroy(struct corpus *corpus);

void corpus_add(struct corpus *corpus, uint32_t row, struct hash128 identity,
		const struct crash *crash);

size_t corpus_count(const struct corpus *corpus);

/*
 * After the last corpus_add(): learn what is one function in two builds,
 * and return the signatures in canonical order.  They live as long as the
 * corpus.
 */
const struct corpus_first *corpus_order(struct corpus *corpus, size_t *count);
size_t corpus_stream(const struct corpus *corpus,
		     const struct corpus_first *first,
		     struct engine_feature ret[ENGINE_FEATURES_MAX]);

/* Has it frames without symbols, whose names depend on all others? */
bool corpus_is_bare(const struct corpus *corpus);

/*
 * Take over an engine that holds the first so many signatures in order:
 * corpus_cluster() goes on from there, where its threshold is the same.
 */
void corpus_cluster_resume(struct corpus *corpus, struct engine *engine);

/*
 * Of a corpus from memory, after that: the places of rows after the last pass,
 * positions + 1 of their signatures.  Those that are still the same, and of a
 * signature that the engine had, are not looked up.  Takes rows over.
 */
void corpus_cluster_recall(struct corpus *corpus, uint32_t *rows, size_t count);

/*
 * Place every crash, in one cluster from a likeness of strict on; ret has room
 * for as many as were added, by row.  May be asked again for another threshold.
 */
void corpus_cluster(struct corpus *corpus, float strict,
		    struct corpus_place *ret);
/* The engine of that, as long as the corpus is there. */
struct engine *corpus_engine(struct corpus *corpus);

/* How like two crashes are, by their ids; false if one cannot be compared. */
bool corpus_likeness(const struct corpus *corpus, uint64_t a, uint64_t b,
		     float *ret);

/* Crashes are called by 48 bits of their identity. */
uint64_t corpus_id(struct hash128 identity);

/* Canonical order: by time, then identity; as strcmp(). */
int corpus_compare(uint64_t time, struct hash128 identity, uint64_t other_time,
		   struct hash128 other);

/*
 * After corpus_order(): every crash by row, with its signature and the reason
 * for none, the rest unset; returns how many.
 */
size_t corpus_places(const struct corpus *corpus, struct corpus_place *ret);

/* Where a signature stands in canonical order, UINT32_MAX for none. */
uint32_t corpus_position(const struct corpus *corpus, uint64_t key);

/* Frames that go by the name of another; frames rise; caller frees. */
struct corpus_name {
	uint64_t frame, name;
};
struct corpus_name *corpus_names(const struct corpus *corpus, size_t *count);

/*
 * The signature of any crash, with the names that corpus_order() has learned;
 * origins as feature_trace() takes them.
 */
size_t corpus_trace(struct corpus *corpus, const struct crash *crash,
		    struct engine_feature ret[ENGINE_FEATURES_MAX],
		    struct feature_origin *origins);

#endif
