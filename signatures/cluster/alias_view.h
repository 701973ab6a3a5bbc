/*
 * alias_view.h - the frames of one build by the contexts they stand in, as
 * frames are named in one round.
 *
 * Made again for one build after another: what it has grown to is kept.
 */
#ifndef CLUSTER_ALIAS_VIEW_H
#define CLUSTER_ALIAS_VIEW_H

#include "signatures/cluster/alias_company.h"

/* The frames of one build of a module: [first, end). */
struct alias_build {
	uint32_t first, end;
};

/* A context is a hash that ends in its kind; a frame counts from the first. */
struct alias_view {
	struct alias_build build;
	uint64_t *contexts; /* rising */
	uint32_t context_count;
	uint32_t *members;	/* frames of each context, rising */
	uint32_t *first_member; /* of each context; context_count + 1 */
	uint32_t *kept;		/* numbers of the contexts of each frame */
	uint32_t *first_kept;	/* of each frame, and one more */
	size_t room, frame_room;
};

/* Places to sort in, for any number of views. */
struct alias_bench {
	struct alias_seen *from, *to;
	uint32_t *buckets;
	size_t room;
};

/* names: of each frame of the company, that which names it. */
void alias_view_make(struct alias_view *view, struct alias_bench *bench,
		     const struct alias_company *company,
		     struct alias_build build, const uint32_t *names);
void alias_view_deinit(struct alias_view *view);
void alias_view_bench_deinit(struct alias_bench *bench);

/* Is the k-th of a view's contexts two frames away? */
bool alias_view_is_far(const struct alias_view *view, uint32_t k);

#endif
