/*
 * before.h - where crashes were before a pass, to tell what it moves.
 */
#ifndef SETTLE_BEFORE_H
#define SETTLE_BEFORE_H

#include "signatures/settle/changes.h"
#include "signatures/settle/corpus.h"
#include "signatures/store/store_read.h"

/*
 * What the places change of those that the store holds, as a log to be
 * written; the caller destroys it.  places has one a row.
 */
struct changes_log *before_tell(struct store *store,
				const struct corpus_place *places,
				size_t count);

#endif
