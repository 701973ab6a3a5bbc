/*
 * contrast.h - what a group of machines has that the others have not.
 *
 * A small table in memory: units (machines), which of them are in the group,
 * and attributes as sets of units.  Found are attributes, and pairs of them,
 * that are over-represented: by at least CONTRAST_DIFFERENCE in share, with a
 * correlation of at least CONTRAST_PHI, on CONTRAST_LEAST units of the group,
 * and significant at CONTRAST_ALPHA over all levels and candidates together
 * (alpha / 2 for single attributes, alpha / 4 for pairs, each divided by how
 * many could have been found).
 *
 * What is significant may still ride on something else.  An attribute that says
 * nothing more once a stronger one is held constant (Cochran-Mantel-Haenszel)
 * is explained by it and no cause of its own.  Where either may explain the
 * other, the one of lower rank keeps the blame: a laptop model before the
 * driver that comes with it.  Attributes of the same units cannot be told apart
 * and are one finding.
 *
 * Pure.
 */
#ifndef QUERY_CONTRAST_H
#define QUERY_CONTRAST_H

#include <stddef.h>
#include <stdint.h>

#include "query/statistics.h"
#include "signatures/base/arena.h"

#define CONTRAST_DIFFERENCE 0.15
#define CONTRAST_PHI 0.03
#define CONTRAST_LEAST 5
#define CONTRAST_ALPHA 0.05
#define CONTRAST_SURE 0.01 /* to be blamed against one of lower rank */

struct contrast_attribute {
	const char *field, *value;
	unsigned rank;	/* where sets are the same, the lowest gives the name */
	uint64_t *bits; /* a bit a unit, none beyond the last */
};

struct contrast_table {
	size_t units;
	const uint64_t *group;
	struct contrast_attribute *attributes; /* sorted in place */
	size_t count;
	/* Attributes that could have been found, those that were left out of
	 * the table for having too few units of the group included. */
	size_t candidates;
};

#define CONTRAST_NONE SIZE_MAX

struct contrast_finding {
	/* First of the attributes with these units, how many there are. */
	size_t attribute, same;
	size_t other; /* of a pair, or CONTRAST_NONE */
	struct table22 counts;
	double phi;
	double p;	  /* corrected for all that was tried */
	size_t explained; /* by the finding of this number, or CONTRAST_NONE */
	double given;	  /* p once that is held constant */
};

/* Strongest first; ret lives in arena. */
size_t contrast_find(struct contrast_table *table, struct arena *arena,
		     struct contrast_finding **ret);

size_t contrast_words(size_t units);
static inline void contrast_set(uint64_t *bits, size_t unit)
{
	bits[unit / 64] |= UINT64_C(1) << unit % 64;
}

#endif
