/*
 * disputes.h - where the code of functions and the company they keep disagree.
 *
 * Frames without a symbol are known across builds by the stacks they stand on
 * (alias.h), and by what their code is, where a dump had it (the fingerprint of
 * a frame).  Where both can tell they should say the same of two frames.
 */
#ifndef SETTLE_DISPUTES_H
#define SETTLE_DISPUTES_H

#include "signatures/settle/search.h"

struct disputes_pair {
	const struct crash_frame *left, *right;
	bool one_by_code; /* and two by company; or the other way round */
};

/*
 * Frames of two crashes, in two builds of a module: in the order of left, at
 * most max; returns how many there are.
 */
size_t disputes_find(struct search *search, const struct crash *left,
		     const struct crash *right, struct disputes_pair *ret,
		     size_t max);

#endif
