/*
 * pairs_bench.c - the clusters of the engine against the straightforward way:
 * each signature held against all that came before it, joined to the most like
 * one if Jaccard's index is at least STRICT.
 *
 * Prints, for rising numbers of signatures: how many, seconds of all pairs,
 * seconds of the engine.  Processor time, one thread each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/engine.h"

enum {
	FRAMES = 16,
	LARGEST = 20000
};

#define STRICT 0.8

struct stack {
	struct engine_feature features[FRAMES];
};

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static int by_feature(const void *left, const void *right)
{
	const struct engine_feature *a = left, *b = right;

	return (a->feature > b->feature) - (a->feature < b->feature);
}

/* A bug has its own frames on top of common callers; one frame may differ. */
static void make(struct stack *stack, uint64_t *seed)
{
	const uint64_t bug = next(seed) % 3000;
	const uint64_t odd = next(seed) % (4 * FRAMES);

	for (uint64_t i = 0; i < FRAMES; i++) {
		uint64_t frame =
			i < 4 ? hash_mix(bug, i) : hash_mix(bug % 40, 1000 + i);

		if (i == odd)
			frame = hash_mix(next(seed), i);
		stack->features[i] = (struct engine_feature){ frame, 0 };
	}
	qsort(stack->features, FRAMES, sizeof(stack->features[0]), by_feature);
}

static double likeness(const struct stack *a, const struct stack *b)
{
	size_t i = 0, j = 0, same = 0;

	while (i < FRAMES && j < FRAMES) {
		const uint64_t x = a->features[i].feature;
		const uint64_t y = b->features[j].feature;

		same += x == y;
		i += x <= y;
		j += y <= x;
	}
	return (double)same / (double)(2 * FRAMES - same);
}

static double since(clock_t begin)
{
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

static double all_pairs(const struct stack *stacks, uint32_t *clusters,
			size_t count)
{
	const clock_t begin = clock();

	for (size_t i = 0; i < count; i++) {
		double best = 0;

		clusters[i] = (uint32_t)i;
		for (size_t j = 0; j < i; j++) {
			const double score = likeness(&stacks[i], &stacks[j]);

			if (score > best && score >= STRICT) {
				best = score;
				clusters[i] = clusters[j];
			}
		}
	}
	return since(begin);
}

static double by_engine(const struct stack *stacks, size_t count)
{
	struct engine *engine = engine_create(ENGINE_STRICT, ENGINE_LOOSE);
	const clock_t begin = clock();
	double seconds;

	for (size_t i = 0; i < count; i++) {
		const struct engine_signature signature = {
			.key = i + 1,
			.features = stacks[i].features,
			.count = FRAMES,
		};

		engine_insert(engine, &signature);
	}
	seconds = since(begin);
	engine_destroy(engine);
	return seconds;
}

int main(void)
{
	struct stack *stacks = calloc(LARGEST, sizeof(*stacks));
	uint32_t *clusters = calloc(LARGEST, sizeof(*clusters));
	uint64_t seed = 1;

	if (!stacks || !clusters)
		abort();
	for (size_t i = 0; i < LARGEST; i++)
		make(&stacks[i], &seed);
	for (size_t count = 2500; count <= LARGEST; count *= 2)
		printf("%zu %.3f %.3f\n", count,
		       all_pairs(stacks, clusters, count),
		       by_engine(stacks, count));
	free(stacks);
	free(clusters);
	return 0;
}
