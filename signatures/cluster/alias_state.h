/*
 * alias_state.h - what learning aliases is made of; for alias.c and
 * alias_contexts.c.
 */
#ifndef CLUSTER_ALIAS_STATE_H
#define CLUSTER_ALIAS_STATE_H

#include <stdbool.h>

#include "signatures/cluster/alias.h"

/* A frame was seen in a context. */
struct alias_seen {
	uint64_t context;
	uint32_t frame;
	uint32_t index; /* of the same in by_frame */
	uint32_t df;	/* offsets of this module build in this context */
	bool half;	/* two frames away: half the weight */
};

/* The frames of one build of a module: [first, end). */
struct alias_build {
	uint32_t first, end;
};

/* The company that frames keep. */
struct alias_contexts {
	const struct alias_frame *frames;
	uint32_t frame_count;
	struct alias_company *company; /* by frame, each once */
	size_t *company_first;	       /* of each frame; frame_count + 1 */
	struct alias_seen *by_frame;   /* then by context */
	struct alias_seen *by_context; /* of each build; then by frame */
	uint32_t *first; /* of each frame in by_frame; frame_count + 1 */
};

/* Take the stacks; they are not needed any more. */
void alias_contexts_init(struct alias_contexts *contexts,
			 const struct alias_frame *frames, size_t frame_count,
			 const struct alias_stack *stacks, size_t stack_count);
void alias_contexts_deinit(struct alias_contexts *contexts);

/* by_frame, by_context and first, frames going by these names. */
void alias_contexts_name(struct alias_contexts *contexts,
			 const uint32_t *names);

/* The build whose frames begin at first. */
struct alias_build alias_contexts_build(const struct alias_contexts *contexts,
					uint32_t first);

#endif
