/*
 * night.h - a pass that looks at what changed since the last one alone.
 *
 * Signatures that stand before the earliest that is new, came earlier than it
 * did, or is gone stay as they are; the engine takes back the others and
 * inserts them again with the new ones among them.  So the work is that of what
 * is newer than the earliest late crash, and what comes of it is what a pass
 * over everything would say.
 */
#ifndef SETTLE_NIGHT_H
#define SETTLE_NIGHT_H

#include "signatures/settle/memory.h"
#include "signatures/settle/overrides.h"

/* Where rows belong that may belong elsewhere than before the pass. */
struct night_places {
	struct corpus_place *at; /* by row; id 0: not looked up */
	size_t count;
};

/*
 * False where only a pass over everything can tell: there was none yet, or
 * under other lists or rules; what it left is damaged (and forgotten then);
 * names depend on the whole corpus (corpus_again.h can tell then); a crash may
 * have lost a file; or too much is new.  Needs a write transaction; the caller
 * frees ret->at.
 */
bool night_pass(struct store *store, const struct overrides *overrides,
		struct night_places *ret);

#endif
