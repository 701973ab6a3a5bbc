#include "signatures/cluster/likeness.h"

#include <stdlib.h>

#define A 0.74f
#define B 0.17f

static int by_feature(const void *left, const void *right)
{
	const uint32_t a = ((const struct weighted *)left)->feature;
	const uint32_t b = ((const struct weighted *)right)->feature;

	if (a != b)
		return a < b ? -1 : 1;

	const float x = ((const struct weighted *)left)->weight;
	const float y = ((const struct weighted *)right)->weight;

	return (x > y) - (x < y);
}

void likeness_sort(struct weighed *weighed)
{
	if (weighed->count > 1)
		qsort(weighed->at, weighed->count, sizeof(*weighed->at),
		      by_feature);
	weighed->total = 0;
	for (uint32_t i = 0; i < weighed->count; i++)
		weighed->total += weighed->at[i].weight;
}

float likeness_of(const struct weighed *a, const struct weighed *b)
{
	float matched_a = 0;
	float matched_b = 0;
	uint32_t i = 0;
	uint32_t j = 0;

	while (i < a->count && j < b->count) {
		if (a->at[i].feature == b->at[j].feature) {
			matched_a += a->at[i++].weight;
			matched_b += b->at[j++].weight;
		} else if (a->at[i].feature < b->at[j].feature) {
			i++;
		} else {
			j++;
		}
	}

	const float only_a = a->total > matched_a ? a->total - matched_a : 0;
	const float only_b = b->total > matched_b ? b->total - matched_b : 0;
	const float more = only_a > only_b ? only_a : only_b;
	const float less = only_a > only_b ? only_b : only_a;
	const float matched = matched_a + matched_b;
	const float all = matched + 2 * A * more + 2 * B * less;

	return all > 0 ? matched / all : 0;
}
