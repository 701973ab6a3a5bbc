/*
 * weights.h - how much a feature of a stack says.
 *
 * Rare features say much, features that follow from the one before say little,
 * and what lies deep below an informative frame says less:
 *
 *	idf(t)   = max(0, -ln((df + 0.5) / (N + 1)))    df over N signatures
 *	surprise = min(idf(f),
 *		       -ln((df(previous, f) + MU p0) / (df(previous) + MU)))
 *	depth D  = sum of the surprise of the frames above
 *	gain     = (1 + D / KAPPA) ^ -ALPHA
 *	weight   = rho[class] * surprise ^ POWER * gain
 *
 * The first two frames of TELLING surprise are what the crash is about, below
 * those that any crash of its kind begins with.  There it counts several times
 * as much which code the frame stands under, and what module and words it has.
 *
 * The constants were chosen on the earlier of the labelled crashes (tests/bench
 * has the scores of the later).  All powers come from tables, so that equal
 * counts give equal weights to the last bit.
 */
#ifndef CLUSTER_WEIGHTS_H
#define CLUSTER_WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a feature is of; stored in checkpoints, append only. */
enum feature_class {
	FEATURE_FRAME, /* first of its frame's features, always */
	FEATURE_UNUSED,
	FEATURE_MODULE,
	FEATURE_PAIR,	 /* this frame and the next */
	FEATURE_CODE,	 /* bugcheck, exception, selector, pool tag; no depth */
	FEATURE_WORD,	 /* part of a function's name */
	FEATURE_MODULES, /* this module and the next one or two */
	FEATURE_CODE_WORD,  /* of the text of a code; no depth */
	FEATURE_FRAME_CODE, /* this frame under the first code */
	FEATURE_CLASSES
};

enum {
	WEIGHTS_IDF_STEPS = 8192,
	WEIGHTS_DEPTH_STEPS = 4096,
	WEIGHTS_SURPRISE_STEPS = 2048
};

/*
 * Zeroes to begin with.  A step is reckoned when it is first asked for: most
 * questions ask for few.
 */
struct weights {
	double signatures; /* N */
	bool is_made;	   /* some of what depends on it */
	float idf[WEIGHTS_IDF_STEPS];
	float power[WEIGHTS_IDF_STEPS];
	float depth[WEIGHTS_DEPTH_STEPS];
	float surprise[WEIGHTS_SURPRISE_STEPS];
};

/* One feature of one signature, with its frozen weight. */
struct weighted {
	uint32_t feature;
	float weight;
};

/* Weigh against so many signatures from here on. */
void weights_start(struct weights *weights, double signatures);

/*
 * Weigh count features in stream order; df[feature] is the number of signatures
 * that have it.  Writes count weights to ret.
 */
void weights_weigh(struct weights *weights, const uint32_t *df,
		   const uint32_t *features, const uint8_t *classes,
		   size_t count, struct weighted *ret);

#endif
