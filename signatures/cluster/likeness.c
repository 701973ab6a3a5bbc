#include "signatures/cluster/likeness.h"

#include <stdint.h>

#define A 0.74f
#define B 0.17f

void likeness_sort(uint64_t *keys, size_t count)
{
	static const size_t gaps[] = { 1750, 701, 301, 132, 57, 23, 10, 4, 1 };

	for (size_t g = 0; g < sizeof(gaps) / sizeof(gaps[0]); g++) {
		const size_t gap = gaps[g];

		for (size_t i = gap; i < count; i++) {
			const uint64_t key = keys[i];
			size_t k = i;

			for (; k >= gap && keys[k - gap] > key; k -= gap)
				keys[k] = keys[k - gap];
			keys[k] = key;
		}
	}
}

float likeness_from(struct likeness_shares shares)
{
	const float a = shares.only_left;
	const float b = shares.only_right;
	const float more = a > b ? a : b;
	const float less = a > b ? b : a;
	const float all = shares.matched + 2 * A * more + 2 * B * less;

	return all > 0 ? shares.matched / all : 0;
}

/* The weight where all bits of mask are set, 0 where none is. */
static float masked(float weight, uint32_t mask)
{
	union {
		float weight;
		uint32_t bits;
	} same = { .weight = weight };

	same.bits &= mask;
	return same.weight;
}

float likeness_of(const struct weighed *a, const struct weighed *b)
{
	const struct weighted *const a_at = a->at;
	const struct weighted *const b_at = b->at;
	float matched_a = 0;
	float matched_b = 0;
	uint32_t i = 0;
	uint32_t j = 0;

	/* Which comes next nobody can foresee: no branch, and no wrong ones. */
	while (i < a->count && j < b->count) {
		const struct weighted left = a_at[i];
		const struct weighted right = b_at[j];
		const uint32_t same =
			-(uint32_t)(left.feature == right.feature);

		matched_a += masked(left.weight, same);
		matched_b += masked(right.weight, same);
		i += left.feature <= right.feature;
		j += right.feature <= left.feature;
	}

	return likeness_from((struct likeness_shares){
		.matched = matched_a + matched_b,
		.only_left = a->total > matched_a ? a->total - matched_a : 0,
		.only_right = b->total > matched_b ? b->total - matched_b : 0,
	});
}
