/*
 * alias.h - the same function in two builds of a module, without symbols.
 *
 * A return address is known as module, build and offset; a new build moves it.
 * Addresses that stand in the same company on stacks, in the same order along
 * the image, are the same place: contexts vote for pairs of offsets of two
 * builds, the best chain of pairs that keeps the order of both images is kept
 * (as in aligning sequences), and its sure pairs are united.  Three rounds,
 * each with the names the last one found.
 *
 * What it took of two builds follows from the company that their frames keep,
 * so what was learned of those whose company is as it was can be taken from
 * memory; what comes out is the same.
 *
 * What it needs: several builds of a module seen on several stacks, and a
 * linker that keeps functions in about the same order.  What it never does:
 * unite two offsets of one build.
 */
#ifndef CLUSTER_ALIAS_H
#define CLUSTER_ALIAS_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

enum {
	ALIAS_ROUNDS = 3
};

#define ALIAS_NOBODY UINT32_MAX /* no frame */

struct alias_frame {
	uint64_t module; /* content hash of its name */
	uint64_t build;
	uint32_t order; /* of the build among those of the module, in time */
	uint32_t offset;
};

/* A stack: indices into the frames, top first, and its bugcheck. */
struct alias_stack {
	uint64_t code;
	const uint32_t *frames;
	size_t count;
};

/* What a build of a module has in common with those before it. */
struct alias_learned {
	uint64_t module, build;
	struct bytes links; /* alias_links.h */
};

/* What was learned the last time, and is now. */
struct alias_memory {
	/*
	 * By frame, which one named its node after each round: in, the last
	 * time, or ALIAS_NOBODY, where either was not there or is not now.
	 */
	uint32_t (*named)[ALIAS_ROUNDS];
	/* By frame: stacks with one of its build have come or gone since. */
	const bool *touched;
	/* The links of a build, until alias_learn() returns; false: none. */
	bool (*find)(void *closure, uint64_t module, uint64_t build,
		     struct bytes *ret);
	void *closure;
	struct arena *arena;
	/* Out, in arena: those that may differ from what find() gave. */
	struct alias_learned *learned;
	size_t learned_count;
};

/*
 * frames sorted by module, order, build, offset, each once, and of some stack:
 * a build that no stack has would stand between those that are compared. Writes
 * for each frame the index of the frame that names its node (itself where it
 * stands alone): the first of its node in that order. The outcome depends on
 * the sets of frames and stacks alone, not on the order of the stacks, nor on
 * memory, which may be NULL.
 */
void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 struct alias_memory *memory, uint32_t *ret);

#endif
