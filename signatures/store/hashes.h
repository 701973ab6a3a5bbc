/*
 * hashes.h - hash to number: what lies in SCHEMA_FIND, and what a writer is
 * about to put there.
 *
 * Hashes have no order worth the name, so that each new one changes a page of
 * its own.  A writer's are therefore collected, found in memory meanwhile, and
 * put into the store in their order by hashes_flush().  Of most hashes the
 * beginning alone counts (findpage.h): what is found has to be looked at.
 */
#ifndef STORE_HASHES_H
#define STORE_HASHES_H

#include "signatures/store/findpage.h"

struct hashes;

struct hashes *hashes_create(void);
void hashes_destroy(struct hashes *hashes);

/* Of one pair the last word counts. */
void hashes_add(struct store *store, uint8_t kind, uint64_t hash,
		uint32_t number);
void hashes_remove(struct store *store, uint8_t kind, uint64_t hash,
		   uint32_t number);

/* Every number of hash, in no order. */
typedef bool hashes_take(void *closure, uint32_t number);
void hashes_find(struct store *store, uint8_t kind, uint64_t hash,
		 hashes_take *take, void *closure);

/* All pairs in order from hash on; a writer's are flushed first. */
void hashes_walk(struct store *store, uint8_t kind, uint64_t hash,
		 findpage_take *take, void *closure);

bool hashes_is_much(const struct store *store);
void hashes_flush(struct store *store);

#endif
