/*
 * alias_links.h - what a build was linked by to those before it, in bytes.
 *
 * Of a build, one after another; v is a varint, s a signed one:
 *
 *	of each build before it: u64 build, then of each round: v bytes, and so
 *	many: of each link a and b, s from those of the last
 *
 * A round has the links that none before it had: what was united stays so, and
 * what clashed once always will.
 */
#ifndef CLUSTER_ALIAS_LINKS_H
#define CLUSTER_ALIAS_LINKS_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/cluster/alias.h"
#include "signatures/cluster/alias_pair.h"

/* Of one pair of builds. */
struct alias_links {
	uint64_t older;
	struct bytes rounds[ALIAS_ROUNDS];
};

/* Links of one round; they live in arena. */
struct bytes alias_links_pack(const struct alias_link *links, size_t count,
			      struct arena *arena);
/* The next, from *last on, which begins as all zero; false: that was all. */
bool alias_links_next(struct bytes *round, struct alias_link *last);

/* All pairs of a build; the bytes live in arena. */
struct bytes alias_links_join(const struct alias_links *pairs, size_t count,
			      struct arena *arena);
/* Those with one before it, as views of all; false: there are none. */
bool alias_links_find(struct bytes all, uint64_t older,
		      struct alias_links *ret);

#endif
