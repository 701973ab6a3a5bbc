/*
 * alias_company.h - what frames stand beside, gathered from stacks.
 *
 * Most stacks of a fleet repeat others, so each of a frame's company is kept
 * once: another frame, or a hash of modules, and how it stands to it.
 */
#ifndef CLUSTER_ALIAS_COMPANY_H
#define CLUSTER_ALIAS_COMPANY_H

#include <stdbool.h>

#include "signatures/cluster/alias.h"

enum alias_kind {
	ALIAS_ABOVE = 1, /* the next frame */
	ALIAS_BELOW,
	ALIAS_BETWEEN,	 /* the modules beside it, under a code */
	ALIAS_AMONG,	 /* the two modules on each side */
	ALIAS_FAR_ABOVE, /* the frame behind the next */
	ALIAS_FAR_BELOW,
	ALIAS_KIND_BITS = 3
};

/* So many frames away on either side is company. */
#define ALIAS_COMPANY_REACH 2

struct alias_company {
	const struct alias_frame *frames; /* borrowed, as the stacks are */
	uint32_t frame_count;
	const struct alias_stack *stacks;
	size_t stack_count;
	uint64_t *all; /* enum alias_kind in the lowest bits, then which */
	size_t count, room;
	size_t *first;	/* of each frame in all */
	uint32_t *many; /* of each frame */
	bool *known;	/* of each frame: is it gathered? */
};

void alias_company_init(struct alias_company *company,
			const struct alias_frame *frames, size_t frame_count,
			const struct alias_stack *stacks, size_t stack_count);
void alias_company_deinit(struct alias_company *company);

/* Of the frames that are wanted, where it is not there already. */
void alias_company_gather(struct alias_company *company, bool *wanted);

#endif
