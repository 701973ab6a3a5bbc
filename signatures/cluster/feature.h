/*
 * feature.h - a stack as the stream of features that engine.h compares.
 *
 * Per crash its codes; then per frame, top first: the frame, the frame under
 * the first code while it is near the top, its module, the pair with the next
 * frame, the words of its function's name, and where the module changes the
 * next one or two modules.  Machine, BIOS and OS build are no features: they
 * tell fleets apart, not bugs.
 */
#ifndef CLUSTER_FEATURE_H
#define CLUSTER_FEATURE_H

#include "signatures/base/arena.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/weights.h"

/* Deeper frames carry no weight worth the time. */
#define FEATURE_FRAMES_MAX 200

/*
 * Codes are hashes.  One with this bit is a mere word of the text of the code
 * before it and weighs less; all others have it clear.
 */
#define FEATURE_CODE_IS_WORD UINT64_C(1)

struct feature_frame {
	uint64_t id;	      /* content hash of what identifies the frame */
	const char *module;   /* "" where unknown */
	const char *function; /* name to take words from, or NULL */
};

/*
 * Write the stream of frames and codes to ret, which has room for
 * ENGINE_FEATURES_MAX; returns how many.
 */
size_t feature_stream(const struct feature_frame *frames, size_t frame_count,
		      const uint64_t *codes, size_t code_count,
		      struct engine_feature *ret);

/* What a feature of a stream comes from, for people. */
struct feature_origin {
	uint16_t from;	  /* frame, or code for FEATURE_CODE */
	uint16_t letters; /* of word */
	const char *word; /* FEATURE_WORD: within the function's name */
};

/* As feature_stream(); origins has room for as many, or is NULL. */
size_t feature_trace(const struct feature_frame *frames, size_t frame_count,
		     const uint64_t *codes, size_t code_count,
		     struct engine_feature *ret,
		     struct feature_origin *origins);

#endif
