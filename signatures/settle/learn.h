/*
 * learn.h - frame sizes that one dump cannot tell and the corpus can.
 *
 * A return address in a module build has one frame size, whatever dump it
 * stands in: the distance from its slot to the slot of its caller's return
 * address.  Dumps that carry code tell it (their evidence has landings), and so
 * do exact walks.  Where none does, an address whose next word that points into
 * a module lies at one and the same distance in several stacks that are
 * otherwise different tells it too; two will do where the stack ends there.
 *
 * What is learned follows from the set of crashes alone: of each address only
 * the observations with the smallest identities are kept.
 */
#ifndef SETTLE_LEARN_H
#define SETTLE_LEARN_H

#include "signatures/base/arena.h"
#include "signatures/crash.h"

struct learn;
struct store;

struct learn *learn_create(void);
/*
 * One that goes on from what the last learn_close() left in the store's settled
 * entries.  Needs a write transaction.
 */
struct learn *learn_open(struct store *store);
void learn_destroy(struct learn *learn);
/*
 * Remember what was learned, and destroy.  False if what was remembered before
 * was not to be read: then nothing of this is sure.
 */
bool learn_close(struct learn *learn);

/* Take the evidence of one crash, in any order. */
void learn_add(struct learn *learn, struct hash128 identity,
	       const struct crash *crash);

/* Work out the sizes; after the last learn_add(). */
void learn_finish(struct learn *learn);

/* The frame size of an address, in bytes; false if nothing sure is known. */
bool learn_size(struct learn *learn, const char *module, crash_build build,
		uint64_t offset, uint32_t *ret);

/*
 * Is the last word of the evidence called by the routine that the thread began
 * with, as dumps with code know it?  *ret: the word that returns into it.
 */
bool learn_start(struct learn *learn, const struct crash *crash, size_t *ret);

/*
 * What a stack is made of is the dump and the answers of the two above.  So the
 * rows that asked for an address are remembered with it.  Asked: addresses,
 * each once, since learn_watch().
 */
void learn_watch(struct learn *learn);
size_t learn_asked(const struct learn *learn);
/* Row asked for those behind the first so many. */
void learn_asks(struct learn *learn, size_t from, uint32_t row);

/* From here on answers are those of before the pass, or today's. */
void learn_as_was(struct learn *learn, bool as_was);

/*
 * Rows that asked for what has another answer now; some come twice, some are
 * gone.  False if they are not to be read.
 */
bool learn_news(const struct learn *learn,
		void (*take)(void *closure, uint32_t row), void *closure);

/*
 * Replace what was only scanned, and go on where the walk was lost, by frames
 * that the corpus knows.  Where the next one is not known, on from the nearest
 * words that are known to call each other: the first of these is a scan, the
 * others are learned.  Frames found by better evidence stay.  True if the stack
 * changed; the new frames live in arena.
 */
bool learn_apply(struct learn *learn, struct arena *arena, struct crash *crash);

#endif
