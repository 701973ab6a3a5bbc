/*
 * findplace.h - where a writer's transaction has found the pages of
 * SCHEMA_FIND.
 *
 * A writer looks for each crash it puts by several hashes, mostly in vain.  The
 * way to a page leads through LMDB's tree, where each step is a miss of all
 * caches; so each way is gone once in a transaction.  What is found so lies in
 * the file's map, and stays there until the transaction changes a page of it:
 * from then on LMDB is asked.
 */
#ifndef STORE_FINDPLACE_H
#define STORE_FINDPLACE_H

#include "signatures/store/btree.h"

struct findplaces;

struct findplaces *findplace_create(void);
void findplace_destroy(struct findplaces *places);

/* The page of key, the place'th of its kind; empty if there is none. */
struct bytes findplace_get(struct store *store, const struct btree_key *key,
			   uint8_t kind, uint32_t place);

#endif
