/*
 * stream.h - what of a crash the clusterer sees.
 *
 * Frames that were merely scanned are left out; a crash without any other
 * frame, or that no machine died of, has nothing to compare and stays
 * unclustered, with the reason.
 */
#ifndef SETTLE_STREAM_H
#define SETTLE_STREAM_H

#include "signatures/base/arena.h"
#include "signatures/cluster/feature.h"
#include "signatures/crash.h"

/* Stored, append only; STREAM_FINE for a crash that can be clustered. */
enum stream_why {
	STREAM_FINE,
	STREAM_NO_STACK,  /* no frame at all */
	STREAM_SCANNED,	  /* scanned frames only */
	STREAM_NOT_CRASH, /* a live dump or a tool's image */
	STREAM_WHYS
};

/* "stack was only scanned"; lives for ever. */
const char *stream_why_text(enum stream_why why);

/* Has the crash frames to compare? */
enum stream_why stream_why(const struct crash *crash);

/* Is this frame one that counts: in a module, and not scanned. */
bool stream_counts(const struct crash_frame *frame);

/*
 * The frame as a feature.  Its id is that of module and function where there is
 * a symbol, of module, build and offset otherwise (*bare).  Texts live in
 * arena.
 */
struct feature_frame stream_frame(const struct crash_frame *frame,
				  struct arena *arena, bool *bare);

/*
 * The codes of a crash: bugcheck, exception, selector, pool tag; and the words
 * of a bugcheck that is known by its text.
 */
#define STREAM_CODES_MAX 20
size_t stream_codes(const struct crash *crash,
		    uint64_t codes[STREAM_CODES_MAX]);
/* The same in words: "bugcheck 0xd1"; texts live in arena. */
size_t stream_code_texts(const struct crash *crash, struct arena *arena,
			 const char *texts[STREAM_CODES_MAX]);

#endif
