/*
 * corpus_memory.h - a corpus from one pass to the next, in the store's settled
 * entries, so that a night need not read what has not changed.
 *
 * Numbers in keys are big-endian; in values plain ones are little-endian, v is
 * a varint, s a signed one.  Chunks only change where what they hold does:
 *
 *	'y'             u32 rows, u32 stacks, u32 frames
 *	't' chunk u32   v for each of MEMORY_CHUNK rows: its stack +
 *	                STREAM_WHYS, or an enum stream_why
 *	'u' chunk u32   of each of CORPUS_MEMORY_STACKS stacks its first crash:
 *	                u64 time, hash of its identity, v row; v crashes;
 *	                u64 key of its signature, or 0
 *	'b' chunk u32   of each of as many: v frames, and of each its number, s
 *	                from the last; v codes, u64 each
 *	'v' chunk u32   CORPUS_MEMORY_FRAMES frames: u64 id, u8 is it bare << 0
 *	                and of the module and build before << 1, v offset, text
 *	                function; [u64 build, text module]
 *	'a' chunk u32   by frame, CORPUS_MEMORY_FRAMES of them, who names its
 *	                node after each round of alias_learn(): u8 is there such
 *	                a frame << 0, and is it as the round before (in the
 *	                first: this one itself) << 1, 2, 3; s from this frame to
 *	                it, of each round where it is not
 *	'l' module u64, what a build has in common with those before it:
 *	    build u64   alias_links.h
 */
#ifndef SETTLE_CORPUS_MEMORY_H
#define SETTLE_CORPUS_MEMORY_H

#include "signatures/settle/corpus_state.h"
#include "signatures/store/store.h"

/* Some ten pages a chunk, so that little is lost at the end of the last. */
#define CORPUS_MEMORY_STACKS 1024
#define CORPUS_MEMORY_FRAMES 1024

/*
 * Of all rows, by row; room for so many more.  NULL if it is not there or not
 * to be read; the caller destroys it.
 */
struct corpus *corpus_memory_load(struct store *store, uint32_t rows,
				  uint32_t more);
/* Links of a build, as struct alias_memory wants them; closure is the store. */
bool corpus_memory_links(void *closure, uint64_t module, uint64_t build,
			 struct bytes *ret);
/* Instead of what is there; NULL for none.  Needs a write transaction. */
void corpus_memory_save(struct store *store, const struct corpus *corpus);

#endif
