/*
 * random.h - numbers that look random and are the same for the same seed.
 */
#ifndef CORPUS_TOOLS_RANDOM_H
#define CORPUS_TOOLS_RANDOM_H

#include <stdint.h>

struct random_source {
	uint64_t state;
};

/* Steele, Lea and Flood's SplitMix64. */
static inline uint64_t random_next(struct random_source *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

/* One of [0, count); count is not 0. */
static inline uint64_t random_below(struct random_source *random,
				    uint64_t count)
{
	return random_next(random) % count;
}

#endif
