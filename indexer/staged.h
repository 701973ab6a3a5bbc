/*
 * staged.h - an ingest into a ClickHouse database.
 *
 * Which files are one crash, and which crashes one bug, is known to a store and
 * to nothing else, so dumps are read into a store on this machine first, and
 * that is loaded when all is done.  A run that settles needs the whole corpus
 * for it, and begins with fetching it; a run that does not fetches what was
 * refused and which archives are done, and leaves the joining to the load.
 */
#ifndef INDEXER_STAGED_H
#define INDEXER_STAGED_H

#include <stdbool.h>

#include "signatures/base/error.h"

struct staged;

/* Makes the tables; the store lies in dir.  The caller destroys ret. */
enum status staged_begin(const char *address, const char *dir, bool whole,
			 struct staged **ret, struct error *err) MUST_CHECK;
void staged_destroy(struct staged *staged);

/* The folder of the store; lives as long as staged. */
const char *staged_folder(const struct staged *staged);

/* Load what has come to lie in the store. */
enum status staged_load(struct staged *staged, struct error *err) MUST_CHECK;

#endif
