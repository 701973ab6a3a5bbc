/*
 * glance.h - a run with nothing to do.
 *
 * Most archives of a night that is fed again are known, by what can be seen of
 * a file without reading it.  Where that is so of everything named, the answer
 * is a look in the store: no worker is started, and nobody waits for who
 * writes.
 */
#ifndef INGEST_GLANCE_H
#define INGEST_GLANCE_H

#include "indexer/ingest/ingest.h"

/*
 * Are all paths archives, or folders of archives, that an earlier run ingested
 * whole?  Then *dumps is what they gave.  False also where a reader cannot
 * tell: a pipe, no store yet or one that only a writer can open.
 */
bool glance_is_done(const struct ingest_options *options, uint64_t *dumps);

#endif
