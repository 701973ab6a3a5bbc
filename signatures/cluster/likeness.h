/*
 * likeness.h - how like two weighed signatures are.
 *
 * m = weight of what both have, counted on both sides; u, v = weight of what
 * only one has; likeness = m / (m + 2 A max(u, v) + 2 B min(u, v)), from 0
 * to 1. Forgiving to a stack that is merely shorter than the other (Tversky).
 */
#ifndef CLUSTER_LIKENESS_H
#define CLUSTER_LIKENESS_H

#include "signatures/cluster/weights.h"

/* Features sorted by number; the same one may come more than once. */
struct weighed {
	struct weighted *at;
	uint32_t count;
	float total;
};

/* Sort count keys, rising; quick for the few dozen features of a stack. */
void likeness_sort(uint64_t *keys, size_t count);

/* Weight of what both have, on both sides together, and of what one has. */
struct likeness_shares {
	float matched;
	float only_left, only_right;
};

float likeness_from(struct likeness_shares shares);

float likeness_of(const struct weighed *a, const struct weighed *b);

#endif
