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
	float likeness;	  /* to that one, when it came */
};

struct corpus;

struct corpus *corpus_create(void);
void corpus_destroy(struct corpus *corpus);

void corpus_add(struct corpus *corpus, uint32_t row, struct hash128 identity,
		const struct crash *crash);

/*
 * Place every crash, in one cluster from a likeness of strict on; ret has room
 * for as many as were added, by row.  May be asked again for another threshold.
 */
void corpus_cluster(struct corpus *corpus, float strict,
		    struct corpus_place *ret);
/* That threshold, after corpus_cluster(). */
float corpus_strict(const struct corpus *corpus);
size_t corpus_count(const struct corpus *corpus);

/*
 * After corpus_cluster(): the engine as it stands behind the newest crash, the
 * signature of any crash with the names the corpus has learned, and the row of
 * the first crash with a signature.  The engine lives as long as the corpus.
 */
struct engine *corpus_engine(struct corpus *corpus);
size_t corpus_trace(struct corpus *corpus, const struct crash *crash,
		    struct engine_feature ret[ENGINE_FEATURES_MAX],
		    struct feature_origin *origins);
/* How like two crashes are, by their ids; false if one cannot be compared. */
bool corpus_likeness(const struct corpus *corpus, uint64_t a, uint64_t b,
		     float *ret);
bool corpus_first(const struct corpus *corpus, uint64_t key, uint32_t *row);

#endif
