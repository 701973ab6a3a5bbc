/*
 * memory.h - what a settling pass leaves for the next, in the store's settled
 * entries (store_settled.h), beside those of the engine (engine_table.h)
 * and of what is known of addresses (learn_memory.h).
 * Numbers in keys are big-endian, in values little-endian:
 *
 *	'x'              u32 version, u64 of how things are compared, u64 of the
 *	                 lists, u64 entries, this one too; u32 rows, u32
 *	                 signatures, u32 flags
 *	'm' chunk u32    of each of MEMORY_FIRSTS signatures its first crash:
 *	                 u64 key, u64 time, hash of the identity
 *	'r' chunk u32    varint for each of MEMORY_CHUNK rows: position of its
 *	                 signature + 2, 1 for MEMORY_UNCLUSTERED, or 0 for
 *	                 MEMORY_DIRTY
 *	'n' page u16     u64 frame, u64 the frame that names it (one function,
 *	                 another build), each; frames rise; the page of a frame
 *	                 is its highest 12 bits
 */
#ifndef SETTLE_MEMORY_H
#define SETTLE_MEMORY_H

#include "signatures/cluster/engine_table.h"
#include "signatures/settle/corpus.h"
#include "signatures/store/store_read.h"

/*
 * How things are compared, as memory_rules_test works it out of weights and
 * features; it fails where they have changed, and says what to write here.
 */
#define MEMORY_RULES UINT64_C(0x2977d486a3b9d233)

#define MEMORY_CHUNK 16384
#define MEMORY_FIRSTS 60 /* as many as two of the values fill a page */
#define MEMORY_SHARE 3	 /* one row in so many may be new: else all are done */
#define MEMORY_DIRTY 0	 /* of a row: to be looked at */
#define MEMORY_UNCLUSTERED UINT32_MAX

struct memory_head {
	uint64_t lists; /* overrides_hash() */
	uint32_t rows, signatures;
	bool bare; /* names of frames depend on the whole corpus */
};

/*
 * False if there is none, by other rules than today's, or if entries are
 * missing.
 */
bool memory_head(struct store *store, struct memory_head *ret);
/* After all other entries; what happens to rows is told from here on. */
void memory_put_head(struct store *store, const struct memory_head *head);

/* The first crash of the signature at a position; row and stack are unset. */
bool memory_first(struct store *store, uint32_t position,
		  struct corpus_first *ret);
/* From a position to the end of its chunk; returns how many, 0: none. */
size_t memory_firsts(struct store *store, uint32_t position,
		     struct corpus_first ret[MEMORY_FIRSTS]);
/* From a position on, and none behind them; those before it are there. */
void memory_put_firsts(struct store *store, uint32_t position,
		       const struct corpus_first *firsts, size_t count);

/* By row, head->rows of them and room for more; NULL if one is missing. */
uint32_t *memory_rows(struct store *store, const struct memory_head *head,
		      size_t more);
/* Write chunks that differ from what is there. */
void memory_put_rows(struct store *store, const uint32_t *rows, size_t count);

/* Frames that go by the name of another; frames rise. */
void memory_put_names(struct store *store, const struct corpus_name *names,
		      size_t count);
/*
 * Did a pass under these lists name frames?  ClickHouse has the names without
 * the rest, and under whatever lists its clusters are.
 */
bool memory_has_names(struct store *store, uint64_t lists);
/* What a frame goes by; itself where nothing is known. */
uint64_t memory_name(struct store *store, uint64_t frame);

/*
 * Did any entry turn out not to be what was written?  engine, of the table, may
 * be NULL.  Then all is to be forgotten and made anew.
 */
bool memory_is_damaged(const struct store *store, const struct engine *engine);

/* The entries of the engine; the store outlives it. */
struct engine_table memory_table(struct store *store);

#endif
