/*
 * search_words.h - the features of a crash in words: "ntfs.sys+0x2f41c",
 * "bugcheck 0xd1 at nt+0x1f4a6e".
 */
#ifndef SETTLE_SEARCH_WORDS_H
#define SETTLE_SEARCH_WORDS_H

#include "signatures/settle/stream.h"

/* Of one crash, by frame and by code. */
struct search_words {
	const char *frames[FEATURE_FRAMES_MAX + 1];
	const char *exact[FEATURE_FRAMES_MAX]; /* with the build, or NULL */
	const char *codes[STREAM_CODES_MAX];
};

/* ret lives in arena, and so do the words of features. */
void search_words_make(const struct crash *crash, struct arena *arena,
		       struct search_words *ret);

/* origin is of a trace of this crash: feature.h. */
const char *search_words_of(const struct search_words *words,
			    enum feature_class class,
			    struct feature_origin origin, struct arena *arena);

/*
 * The same with the build of the frame's module, as filters have it:
 * "ntfs.sys@5bd60a1101046000+0x2f41c".  NULL of what is no frame, and where the
 * build is not known or does not matter.
 */
const char *search_words_exact(const struct search_words *words,
			       enum feature_class class,
			       struct feature_origin origin,
			       struct arena *arena);

#endif
