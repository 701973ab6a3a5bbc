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
 * What it needs: several builds of a module seen on several stacks, and a
 * linker that keeps functions in about the same order.  What it never does:
 * unite two offsets of one build.
 */
#ifndef CLUSTER_ALIAS_H
#define CLUSTER_ALIAS_H

#include <stddef.h>
#include <stdint.h>

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

/*
 * frames sorted by module, order, build, offset, each once.  Writes for each
 * frame the index of the frame that names its node (itself where it stands
 * alone): the first of its node in that order.  The outcome depends on the sets
 * of frames and stacks alone, not on the order of the stacks.
 */
void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 uint32_t *ret);

#endif
