/*
 * store_settled.h - what the settling pass remembers from one night to the
 * next, and what happened to rows since.
 *
 * Entries are the pass's own business; they live and die with the transaction
 * as everything else does.  A store from before there was any has none: get
 * finds nothing.  One in ClickHouse has those of two kinds that questions need,
 * where it was loaded from a store that was settled; put does nothing there.
 */
#ifndef STORE_STORE_SETTLED_H
#define STORE_STORE_SETTLED_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/store/store.h"

/* The kinds, a key's first byte; without the head the others say nothing. */
#define STORE_SETTLED_HEAD 'x'
#define STORE_SETTLED_NAMES 'n'

/*
 * Needs a transaction; lives until the next change.  An entry ends in a hash of
 * key and value: one that is not as it was put is not found, and from then on
 * they are damaged, all of them, until store_settled_clear().
 */
bool store_settled_get(struct store *store, const void *key, size_t size,
		       struct bytes *ret);
void store_settled_put(struct store *store, const void *key, size_t size,
		       struct bytes value);
void store_settled_erase(struct store *store, const void *key, size_t size);

/* All whose key begins with this. */
void store_settled_erase_all(struct store *store, uint8_t kind);

bool store_settled_is_damaged(const struct store *store);

/*
 * Entries of a kind, by key; take returns false to stop.  False if one is not
 * as it was put: it is not told, nor are those behind it.
 */
typedef bool store_settled_each(void *closure, struct bytes key,
				struct bytes value);
bool store_settled_walk(struct store *store, uint8_t kind,
			store_settled_each *take, void *closure);

/* How many entries there are; 0 in ClickHouse. */
uint64_t store_settled_count(struct store *store);

/* Forget everything, what happened to rows too. */
void store_settled_clear(struct store *store);

/*
 * In the order they happened since store_settled_start(): row has another
 * crash than before (last == row), or is gone, and row last has its number now.
 * Rows that were added behind the others are not told.
 */
struct store_event {
	uint32_t row, last;
};

/* False where it is not known; ret lives in arena. */
bool store_settled_events(struct store *store, struct arena *arena,
			  struct store_event **ret, size_t *count);

/* From here on they are told, from nothing. */
void store_settled_start(struct store *store);

#endif
