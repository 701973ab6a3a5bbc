/*
 * residue.h - what lies about on the stacks of hung processors, with a
 * baseline.
 *
 * A module's return addresses on the raw stack of a hung processor say little:
 * a busy driver leaves them on every stack.  So each module is held against
 * itself: how often its residue is on these crashes' stacks, and how often on
 * all other crashes of machines that have it loaded, one of each machine.
 */
#ifndef QUERY_RESIDUE_H
#define QUERY_RESIDUE_H

#include "query/contrast.h"
#include "query/query.h"

struct residue_finding {
	const char *module;
	struct table22 counts; /* of those with the module loaded */
	double p;	       /* corrected for all modules tried */
};

/* Do most of the plan's crashes come from a hung processor (101, 133, 1CA)? */
enum status residue_is_asked(struct query *query, const struct plan *plan,
			     bool *ret, struct error *err) MUST_CHECK;

/* Modules above their baseline, strongest first; in the query's arena. */
enum status residue_find(struct query *query, const struct plan *group,
			 const struct plan *all, struct residue_finding **ret,
			 size_t *count, struct error *err) MUST_CHECK;

#endif
