/*
 * population.h - the crashes of a large fleet over two years, one at a time,
 * out of a seed: for measuring stores of a size that nobody has dumps for.
 *
 * 50,000 machines run 200 images of 10 versions each, an image is the list of
 * its modules, out of 20,000 builds of 660 drivers.  What kills a machine is
 * one of some thousand bugs of the drivers it has; few of them cause most of
 * it, and 300 stop codes are shared out alike.  Crashes come in order of time.
 */
#ifndef CORPUS_TOOLS_POPULATION_H
#define CORPUS_TOOLS_POPULATION_H

#include "signatures/record.h"

struct population;

struct population *population_create(uint64_t seed, uint64_t crash_count);
void population_destroy(struct population *population);

/*
 * Crash number of [0, crash_count); the same for the same seed and count.
 * Lives in arena and in the population.
 */
void population_crash(const struct population *population, uint64_t number,
		      struct arena *arena, struct record_file *ret);

#endif
