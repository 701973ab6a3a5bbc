/*
 * walk.h - from a start to the thread's first frame, by the best evidence there
 * is for each step.
 */
#ifndef TARGET_WALK_H
#define TARGET_WALK_H

#include "indexer/target/chain.h"
#include "indexer/target/start.h"

struct walk {
	struct unwind unwind;
	struct chain *chain; /* of the first stack's words; NULL: not needed */
	struct chain *other; /* of the stack it went on on; likewise */
	struct trail trail;  /* of the exception the walk begins at, if any */
	struct crash_frame *frames;
	size_t count;
	uint64_t origin;   /* the stack pointer the walk began at */
	unsigned switches; /* stacks it left for others */
	enum crash_stack_end end;
};

/*
 * unwind is initialised, trail may be, the rest is zero.  The stack is the one
 * that start points into, and others that it was switched to from; unwind->low
 * and high become the bounds of the first.  Frames live in the target's arena.
 * Every walk ends, with a reason in walk->end.
 */
void walk_run(struct walk *walk, const struct start *start);

#endif
