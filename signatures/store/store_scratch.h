/*
 * store_scratch.h - a store for the time of one job: to compare with, to gather
 * in.  It need not outlive a power cut, and is quicker for that.
 */
#ifndef STORE_STORE_SCRATCH_H
#define STORE_STORE_SCRATCH_H

#include "signatures/store/store.h"

/*
 * A new folder in folder dir; lives in arena.  Those go that processes which
 * were killed have left there.
 */
enum status store_scratch_make(const char *dir, struct arena *arena,
			       const char **ret, struct error *err) MUST_CHECK;

/* The store in it, for writing. */
enum status store_scratch_open(const char *folder, struct store **ret,
			       struct error *err) MUST_CHECK;

/*
 * Room in it for all that the other store may hold: what is made of it is made
 * in one transaction, within which a map cannot grow.  In no transaction yet.
 */
enum status store_scratch_fit(struct store *scratch, const struct store *store,
			      struct error *err) MUST_CHECK;

/* The folder and all files in it; the store is closed. */
void store_scratch_remove(const char *folder);

#endif
