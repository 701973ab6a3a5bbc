/*
 * term.h - the writer's dictionary: each value of a field, its number and how
 * many crashes have it.
 *
 * Terms that were asked for stay in memory with their counters until
 * term_flush(); what is in the store is behind until then.
 */
#ifndef STORE_TERM_H
#define STORE_TERM_H

#include "signatures/store/btree.h"

struct term {
	struct term *next;
	uint64_t hash;
	uint32_t number;
	uint8_t field;
	bool changed;
	uint64_t crashes;
	uint64_t machines;
	uint64_t stored; /* crashes, as the store has them */
	size_t size;
	uint8_t value[];
};

/* The bytes a value is known by: its text, or its number big-endian. */
struct bytes term_bytes(const struct field *field, struct field_value value,
			uint8_t number[8]);
/* ... and back; a text ends in NUL in arena. */
struct field_value term_value(const struct field *field, struct bytes bytes,
			      struct arena *arena);

/* Key of the value in SCHEMA_VALUE. */
struct btree_key term_key(uint8_t field, struct bytes value);
/* Does the key hold the whole value? */
bool term_is_whole(const struct field *field, struct bytes key);

struct term_cache *term_cache_create(void);
void term_cache_destroy(struct term_cache *cache);

/* Made if it is new; lives until the next term_flush(). */
struct term *term_take(struct store *store, uint8_t field, struct bytes value);
/* The same by its number; NULL if there is none. */
struct term *term_at(struct store *store, uint8_t field, uint32_t number);
void term_count(struct store *store, struct term *term, int64_t crashes,
		int64_t machines);
/* Says whether terms were forgotten: none that was taken is valid then. */
bool term_flush(struct store *store);

#endif
