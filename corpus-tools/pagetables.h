/*
 * pagetables.h - physical memory for a dead machine: its pages scattered over
 * page frames, and the tables that lead to them.
 */
#ifndef CORPUS_TOOLS_PAGETABLES_H
#define CORPUS_TOOLS_PAGETABLES_H

#include "corpus-tools/dead.h"

struct pagetables_frame {
	uint64_t pfn;
	const uint8_t *data; /* CANVAS_PAGE bytes */
};

struct pagetables {
	struct pagetables_frame *frames; /* by rising pfn */
	size_t count;
};

/* Frames at physical addresses below 1 MiB carry low, if low is not NULL. */
void pagetables_build(struct dead *dead, const uint8_t *low, size_t low_size,
		      struct pagetables *ret);

/* Where the low frames begin. */
#define PAGETABLES_LOW 0xf0000u

#endif
