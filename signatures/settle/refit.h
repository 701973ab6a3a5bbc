/*
 * refit.h - from where on crashes share a cluster, as people's lists have it.
 *
 * A line of the list merge says that two crashes, the founders of its clusters,
 * are one bug; a line of the list split says that the founder and the others of
 * its cluster are not, where the field tells them apart.  How like such crashes
 * are tells a threshold that would have got it right.  The threshold shipped
 * moves to where it does so for most; to move by REFIT_STEP it wants at least
 * one line, so that one odd merge leaves it where it is.
 *
 * Verdicts are taken from the clusters at the threshold shipped: what comes out
 * depends on the lists and the set of crashes, not on earlier passes.
 */
#ifndef SETTLE_REFIT_H
#define SETTLE_REFIT_H

#include "signatures/settle/corpus.h"
#include "signatures/settle/overrides.h"
#include "signatures/store/store.h"

/*
 * Crashes are placed by the counts of the day they belong to, and a line is
 * heard with all of today's: the threshold stands clear of it by as much as
 * that was seen to differ.
 */
#define REFIT_MARGIN 0.02f
#define REFIT_STEP 0.02f
#define REFIT_MIN 0.60f
#define REFIT_MAX 0.95f

/* What a line says of two crashes. */
struct refit_verdict {
	float likeness;
	bool same;
};

/* The threshold; ENGINE_STRICT without verdicts. */
float refit_threshold(const struct refit_verdict *verdicts, size_t count);

/*
 * corpus_cluster() at the threshold that the lists ask for.  Needs a
 * transaction; rows are those of the store.
 */
enum status refit_cluster(struct store *store,
			  const struct overrides *overrides,
			  struct corpus *corpus, struct corpus_place *ret,
			  struct error *err) MUST_CHECK;

#endif
