/*
 * engine_table.h - an engine in somebody's sorted table of bytes, so that a
 * night goes on where the last one stopped, and a question reads what it asks
 * for.
 *
 * Only a shortcut: an engine that was opened places signatures exactly as the
 * one that was saved would have.  Entries, numbers big-endian in keys, v a
 * varint:
 *
 *	'h'                  u32 version, u32 signatures, f32 strict, f32 loose
 *	's' position u32     u64 key, cluster, family, nearest; f32 score,
 *	                     likeness; u64 hash of what the search that
 *	                     placed it found; features u32 in the order of
 *	                     the stream;
 *	                     for each a bit, lowest first: did the search that
 *	                     placed it look it up
 *	'k' key u64          u32 position
 *	'f' page u24         of each feature whose highest 17 bits are these,
 *	                     rising: v feature less the one before, v bytes of
 *	                     what follows; v signatures that have it; v epoch, v
 *	                     how many of them came since; then the positions
 *	                     behind the last whole chunk, v from one to the next
 *	'c' feature u32,     ENGINE_CHUNK positions, v from one to the next
 *	    chunk u32
 *
 * Whatever the table answers is bounded and checked: an engine that met
 * something it cannot have written says so (engine_table_is_damaged()), and is
 * to be made anew.
 */
#ifndef CLUSTER_ENGINE_TABLE_H
#define CLUSTER_ENGINE_TABLE_H

#include "signatures/base/bytes.h"
#include "signatures/cluster/engine.h"

#define ENGINE_KEY_BYTES 9

/*
 * Answers of get live until the next put; nobody puts anything between the
 * first signature that an engine is asked for and engine_table_save().
 */
struct engine_table {
	void *closure;
	bool (*get)(void *closure, const uint8_t *key, size_t size,
		    struct bytes *ret);
	void (*put)(void *closure, const uint8_t *key, size_t size,
		    struct bytes value);
	void (*erase)(void *closure, const uint8_t *key, size_t size);
};

/*
 * NULL if there is none, of another version, or of more than so many
 * signatures; table outlives the engine.
 */
struct engine *engine_table_open(const struct engine_table *table, size_t most);

/* Write what changed since it was opened, or all of a new one. */
void engine_table_save(struct engine *engine, const struct engine_table *table);

/* Did the table answer what no engine wrote? */
bool engine_table_is_damaged(const struct engine *engine);

#endif
