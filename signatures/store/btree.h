/*
 * btree.h - the sub-databases as sorted maps of bytes: everything that is done
 * with LMDB inside a transaction.
 *
 * Values that are read belong to LMDB: until the next change or store_end().
 * Failures stick to the store (state.h); reading then finds nothing.
 */
#ifndef STORE_BTREE_H
#define STORE_BTREE_H

#include "signatures/base/bytes.h"
#include "signatures/base/hash.h"
#include "signatures/store/state.h"

#define BTREE_KEY_BYTES 511

struct btree_key {
	uint8_t data[BTREE_KEY_BYTES];
	size_t size;
};

struct btree_key btree_key(void);
void btree_key_u8(struct btree_key *key, uint8_t value);
void btree_key_u16(struct btree_key *key, uint16_t value);
void btree_key_u32(struct btree_key *key, uint32_t value);
void btree_key_u64(struct btree_key *key, uint64_t value);
void btree_key_hash(struct btree_key *key, struct hash128 hash);
void btree_key_bytes(struct btree_key *key, const void *data, size_t size);

/* A reader's transaction has begun: pages.h is asked first from here on. */
void btree_begin(struct store *store);
void btree_end(struct store *store);

/* Number of size bytes, big-endian, taken off a key or a pair. */
uint64_t btree_take(struct bytes *in, size_t size);

bool btree_get(struct store *store, enum schema_db db,
	       const struct btree_key *key, struct bytes *ret);
/*
 * The same for who looks at many once, best in the order of keys: there until
 * the next of these calls alone.
 */
bool btree_get_passing(struct store *store, enum schema_db db,
		       const struct btree_key *key, struct bytes *ret);
/*
 * The first bytes of the value, at most this many; of a long one they are there
 * until the next of these calls alone.
 */
bool btree_first(struct store *store, enum schema_db db,
		 const struct btree_key *key, size_t most, struct bytes *ret);
/* The same behind so many bytes; none where there are no more. */
bool btree_part(struct store *store, enum schema_db db,
		const struct btree_key *key, size_t behind, size_t most,
		struct bytes *ret);
void btree_put(struct store *store, enum schema_db db,
	       const struct btree_key *key, struct bytes value);
void btree_delete(struct store *store, enum schema_db db,
		  const struct btree_key *key);
void btree_clear(struct store *store, enum schema_db db);
uint64_t btree_count(struct store *store, enum schema_db db);

/* The u32 that ends the last key beginning with prefix; 0 if there is none. */
uint32_t btree_last(struct store *store, enum schema_db db,
		    const struct btree_key *prefix);

/* Entries in order; take returns false to stop and must not change the db. */
typedef bool btree_take_entry(void *closure, struct bytes key,
			      struct bytes value);
void btree_walk(struct store *store, enum schema_db db,
		const struct btree_key *prefix, btree_take_entry *take,
		void *closure);
/* From the first key that is not below from to the end. */
void btree_walk_from(struct store *store, enum schema_db db,
		     const struct btree_key *from, btree_take_entry *take,
		     void *closure);

/* In a sub-database of sorted values: the value is there, or is not. */
void btree_set(struct store *store, enum schema_db db,
	       const struct btree_key *key, const struct btree_key *value,
	       bool is_there);

#endif
