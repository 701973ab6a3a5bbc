/*
 * findpage.h - the pages of SCHEMA_FIND: which numbers go with a hash.
 *
 * Hashes that begin alike share a page, which keeps the rest of each and its
 * number side by side, a few bytes a pair.  Of most hashes the beginning alone
 * is kept: who looks one up sees at what it finds whether it was the one.
 */
#ifndef STORE_FINDPAGE_H
#define STORE_FINDPAGE_H

#include "signatures/store/btree.h"

/* A pair that is to be there, or not. */
struct findpage_pair {
	uint64_t hash;
	uint32_t number;
	uint32_t before, earlier; /* the caller's */
	uint8_t kind;
	bool is_there;
};

/* What is kept of a hash: all that is below works on this. */
uint64_t findpage_hash(uint8_t kind, uint64_t hash);

/* Pairs with one place are in one page; places are in the order of keys. */
#define FINDPAGE_PLACES (1 << 13)
uint32_t findpage_place(uint64_t hash);

/* Pairs of one page, in order of hash and number, each once; at least one. */
void findpage_change(struct store *store, const struct findpage_pair *pairs,
		     size_t count, struct arena *scratch);

/* Pairs in order of hash and number from hash on; take says false to stop. */
typedef bool findpage_take(void *closure, uint64_t hash, uint32_t number);
void findpage_walk(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure);
/* Those of them that are in the page of hash: at least all of hash itself. */
void findpage_find(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure);

#endif
