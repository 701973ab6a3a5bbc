/*
 * before.h - where crashes were before a pass, and what it moves.
 */
#ifndef SETTLE_BEFORE_H
#define SETTLE_BEFORE_H

#include "signatures/settle/changes.h"
#include "signatures/settle/corpus.h"
#include "signatures/settle/overrides.h"
#include "signatures/store/store_read.h"

/* What the store's columns say, by row. */
struct before {
	uint64_t *clusters, *families, *unclustered; /* 0 = none */
	size_t rows;
};

/* To be deinitialized, also where it fails. */
enum status before_read(struct store *store, struct before *ret,
			struct error *err) MUST_CHECK;
void before_deinit(struct before *before);

/*
 * Leave the places that are not as they were, and return how many; the order
 * stays.  Places of crashes that have an id of their own to look up (id 0) are
 * given it.
 */
enum status before_sift(struct store *store, const struct before *before,
			struct corpus_place *places, size_t *count,
			struct error *err) MUST_CHECK;

/*
 * What the places that before_sift() left change, as a log to be written, with
 * the lists that asked for it; the caller destroys it.  before is as the places
 * say after it.
 */
struct changes_log *before_tell(struct before *before,
				const struct overrides *overrides,
				const struct corpus_place *places,
				size_t count);

#endif
