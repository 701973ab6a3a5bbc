/*
 * alias_pair.h - two builds side by side: which offsets of theirs are one
 * place.
 */
#ifndef CLUSTER_ALIAS_PAIR_H
#define CLUSTER_ALIAS_PAIR_H

#include "signatures/cluster/alias_view.h"

/* Frames of the older and the newer build, from the first of each. */
struct alias_link {
	uint32_t a, b;
};

/* What pairs are compared with, one after the other. */
struct alias_pair;

struct alias_pair *alias_pair_create(const struct alias_frame *frames,
				     size_t frame_count);
void alias_pair_destroy(struct alias_pair *pair);

/*
 * In the order in which they are to be united.  What comes out depends on which
 * contexts the two have in common, not on how they are named.  *ret lives until
 * the next call.
 */
size_t alias_pair_links(struct alias_pair *pair, const struct alias_view *older,
			const struct alias_view *newer,
			const struct alias_link **ret);

#endif
