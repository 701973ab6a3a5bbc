#include "signatures/cluster/alias_pair.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/room.h"

enum {
	CONTEXT_OFFSETS = 40, /* a context shared by more says nothing */
	PAIRS_PER_OFFSET = 6,
	CHAIN_WINDOW = 60,
	ALIGNMENT = 16,	    /* of function starts */
	SHIFT_MIN = 0x8000, /* allowed shift, or 8 % of the image */
	SPAN_MAX = 0x40000, /* between anchors of one shift */
	GAPS = 4096	    /* costs of small gaps, worked out once */
};

#define PAIR_WEIGHT_MIN 0.5
#define PAIR_WEIGHT_MAX 10.0
#define SURE 4.5	   /* a pair stands on its own */
#define SURE_NEIGHBOUR 1.0 /* beside a pair with the same shift */
#define GRAIN 0x1p-20	   /* of weights: sums of such are exact */

struct candidate {
	uint32_t a, b; /* from the first of the older and the newer build */
	double weight;
	double score; /* of the best chain that ends here */
	int32_t before;
};

/* Where a context of the older build is found in the newer one. */
struct run {
	const uint32_t *members;
	uint32_t count; /* 0 = not at all, or too often */
	double weight;
};

struct alias_pair {
	double *logs; /* of small numbers, in whole grains */
	double gaps[GAPS];
	uint32_t *offsets;	       /* of all frames */
	const uint32_t *older, *newer; /* offsets of the two */
	uint32_t older_count, newer_count;
	struct run *runs; /* of the contexts of the older build */
	size_t run_room;
	double *votes;	 /* for the frames of the newer build */
	uint32_t *voted; /* those with any */
	uint32_t voted_count;
	struct candidate *candidates;
	size_t candidate_count, candidate_room;
	struct candidate *sure;
	struct alias_link *links;
	size_t link_count, link_room;
};

static double cost_of(double steps)
{
	return 1.0 + 0.35 * log2(1 + steps);
}

struct alias_pair *alias_pair_create(const struct alias_frame *frames,
				     size_t frame_count)
{
	struct alias_pair *pair = room_cleared(1, sizeof(*pair));

	pair->logs = room_again(NULL, (frame_count + 2) * sizeof(*pair->logs));
	pair->offsets =
		room_again(NULL, (frame_count + 1) * sizeof(*pair->offsets));
	pair->votes = room_cleared(frame_count + 1, sizeof(*pair->votes));
	pair->voted =
		room_again(NULL, (frame_count + 1) * sizeof(*pair->voted));
	pair->logs[0] = 0;
	for (size_t i = 1; i < frame_count + 2; i++)
		pair->logs[i] = rint(log((double)i) / GRAIN) * GRAIN;
	for (size_t i = 0; i < GAPS; i++)
		pair->gaps[i] = cost_of((double)i);
	for (size_t i = 0; i < frame_count; i++)
		pair->offsets[i] = frames[i].offset;
	return pair;
}

void alias_pair_destroy(struct alias_pair *pair)
{
	free(pair->logs);
	free(pair->offsets);
	free(pair->runs);
	free(pair->votes);
	free(pair->voted);
	free(pair->candidates);
	free(pair->sure);
	free(pair->links);
	free(pair);
}

static int by_weight(const struct candidate *a, const struct candidate *b)
{
	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

static int by_b(const void *left, const void *right)
{
	const struct candidate *a = left, *b = right;

	return (a->b > b->b) - (a->b < b->b);
}

static void add_candidate(struct alias_pair *pair, struct candidate candidate)
{
	if (pair->candidate_count == pair->candidate_room) {
		pair->candidate_room = pair->candidate_room * 2 + 4096;
		pair->candidates =
			room_again(pair->candidates,
				   pair->candidate_room * sizeof(candidate));
		pair->sure = room_again(pair->sure, pair->candidate_room *
							    sizeof(candidate));
	}
	pair->candidates[pair->candidate_count++] = candidate;
}

static void add_link(struct alias_pair *pair, uint32_t a, uint32_t b)
{
	if (pair->link_count == pair->link_room) {
		pair->link_room = pair->link_room * 2 + 4096;
		pair->links = room_again(
			pair->links, pair->link_room * sizeof(*pair->links));
	}
	pair->links[pair->link_count++] = (struct alias_link){ a, b };
}

/* For each context of the older build, those who have it in the newer one. */
static void find_runs(struct alias_pair *pair, const struct alias_view *older,
		      const struct alias_view *newer)
{
	const double rare = pair->logs[1 + pair->older_count] +
			    pair->logs[1 + pair->newer_count];
	uint32_t k = 0;

	if (older->context_count > pair->run_room) {
		pair->run_room = 2 * (size_t)older->context_count;
		pair->runs = room_again(pair->runs,
					pair->run_room * sizeof(struct run));
	}
	for (uint32_t i = 0; i < older->context_count; i++) {
		struct run *run = &pair->runs[i];
		uint32_t mine, theirs;

		run->count = 0;
		while (k < newer->context_count &&
		       newer->contexts[k] < older->contexts[i])
			k++;
		if (k == newer->context_count ||
		    newer->contexts[k] != older->contexts[i])
			continue;
		mine = older->first_member[i + 1] - older->first_member[i];
		theirs = newer->first_member[k + 1] - newer->first_member[k];
		run->weight = rare - pair->logs[mine] - pair->logs[theirs];
		if (theirs > CONTEXT_OFFSETS || run->weight <= 0)
			continue;
		if (alias_view_is_far(older, i))
			run->weight *= 0.5;
		run->members = newer->members + newer->first_member[k];
		run->count = theirs;
	}
}

/* What all contexts of a frame of the older build say. */
static void vote(struct alias_pair *pair, const struct alias_view *older,
		 uint32_t a)
{
	const uint32_t offset = pair->older[a];

	pair->voted_count = 0;
	for (uint32_t i = older->first_kept[a]; i < older->first_kept[a + 1];
	     i++) {
		const struct run *run = &pair->runs[older->kept[i]];

		for (uint32_t k = 0; k < run->count; k++) {
			const uint32_t b = run->members[k];

			if ((pair->newer[b] - offset) % ALIGNMENT != 0)
				continue;
			if (pair->votes[b] <= 0)
				pair->voted[pair->voted_count++] = b;
			pair->votes[b] += run->weight;
		}
	}
}

/* The best few for a frame of the older build. */
static void elect(struct alias_pair *pair, uint32_t a, double shift_max)
{
	struct candidate best[PAIRS_PER_OFFSET + 1];
	size_t count = 0;

	for (uint32_t i = 0; i < pair->voted_count; i++) {
		const uint32_t b = pair->voted[i];
		const struct candidate candidate = { a, b, pair->votes[b], 0,
						     -1 };
		size_t k = count;

		pair->votes[b] = 0;
		for (; k > 0 && by_weight(&candidate, &best[k - 1]) < 0; k--)
			best[k] = best[k - 1];
		best[k] = candidate;
		count += count < PAIRS_PER_OFFSET;
	}
	qsort(best, count, sizeof(*best), by_b);
	for (size_t i = 0; i < count; i++) {
		struct candidate candidate = best[i];
		const double shift = fabs((double)pair->newer[candidate.b] -
					  (double)pair->older[a]);

		if (candidate.weight <= PAIR_WEIGHT_MIN || shift > shift_max)
			continue;
		if (candidate.weight > PAIR_WEIGHT_MAX)
			candidate.weight = PAIR_WEIGHT_MAX;
		add_candidate(pair, candidate);
	}
}

static int64_t shift_of(const struct alias_pair *pair,
			const struct candidate *candidate)
{
	return (int64_t)pair->newer[candidate->b] -
	       (int64_t)pair->older[candidate->a];
}

/* Shifts differ by multiples of the alignment. */
static double gap_cost(const struct alias_pair *pair, int64_t a, int64_t b)
{
	const uint64_t steps = (uint64_t)llabs(a - b) / ALIGNMENT;

	if (a == b)
		return 0;
	return steps < GAPS ? pair->gaps[steps] : cost_of((double)steps);
}

/* The best chain that ends in the i-th candidate. */
static void find_before(struct alias_pair *pair, size_t i)
{
	struct candidate *here = &pair->candidates[i];
	const int64_t shift = shift_of(pair, here);
	const size_t from = i > CHAIN_WINDOW ? i - CHAIN_WINDOW : 0;
	double most = 0;

	here->before = -1;
	for (size_t k = from; k < i; k++) {
		const struct candidate *other = &pair->candidates[k];
		double score;

		/* A gap costs nothing at least. */
		if (other->score <= most || other->a >= here->a ||
		    other->b >= here->b)
			continue;
		score = other->score -
			gap_cost(pair, shift, shift_of(pair, other));
		if (score > most) {
			most = score;
			here->before = (int32_t)k;
		}
	}
	here->score = here->weight + most;
}

/* The best chain that rises in both builds; its length. */
static size_t chain(struct alias_pair *pair, struct candidate *ret)
{
	size_t best = 0;
	size_t length = 0;

	for (size_t i = 0; i < pair->candidate_count; i++) {
		find_before(pair, i);
		if (pair->candidates[i].score > pair->candidates[best].score)
			best = i;
	}
	for (int32_t i = (int32_t)best; i >= 0; i = pair->candidates[i].before)
		ret[length++] = pair->candidates[i];
	for (size_t i = 0; i < length / 2; i++) {
		const struct candidate swap = ret[i];

		ret[i] = ret[length - 1 - i];
		ret[length - 1 - i] = swap;
	}
	return length;
}

/* Unchanged code between two anchors of one shift maps by that shift. */
static void fill_span(struct alias_pair *pair, const struct candidate *low,
		      const struct candidate *high)
{
	const int64_t shift = shift_of(pair, low);
	uint32_t b = low->b;

	if (shift != shift_of(pair, high) ||
	    pair->older[high->a] - pair->older[low->a] > SPAN_MAX)
		return;
	for (uint32_t a = low->a + 1; a < high->a; a++) {
		const int64_t want = (int64_t)pair->older[a] + shift;

		while (b < pair->newer_count && (int64_t)pair->newer[b] < want)
			b++;
		if (b < pair->newer_count && (int64_t)pair->newer[b] == want)
			add_link(pair, a, b);
	}
}

/* Those of the chain that are sure, then what stands between them. */
static void link_chain(struct alias_pair *pair)
{
	struct candidate *links = pair->sure;
	const size_t length = chain(pair, links);
	int64_t before = INT64_MAX;
	size_t sure = 0;

	for (size_t i = 0; i < length; i++) {
		const int64_t shift = shift_of(pair, &links[i]);
		const bool beside = shift == before ||
				    (i + 1 < length &&
				     shift_of(pair, &links[i + 1]) == shift);

		before = shift;
		if (links[i].weight < SURE &&
		    (!beside || links[i].weight < SURE_NEIGHBOUR))
			continue;
		add_link(pair, links[i].a, links[i].b);
		links[sure++] = links[i];
	}
	for (size_t i = 1; i < sure; i++)
		fill_span(pair, &links[i - 1], &links[i]);
}

size_t alias_pair_links(struct alias_pair *pair, const struct alias_view *older,
			const struct alias_view *newer,
			const struct alias_link **ret)
{
	uint32_t last_a, last_b;
	double share;

	pair->older = pair->offsets + older->build.first;
	pair->newer = pair->offsets + newer->build.first;
	pair->older_count = older->build.end - older->build.first;
	pair->newer_count = newer->build.end - newer->build.first;
	last_a = pair->older[pair->older_count - 1];
	last_b = pair->newer[pair->newer_count - 1];
	share = 0.08 * (last_a > last_b ? last_a : last_b);
	pair->candidate_count = pair->link_count = 0;
	find_runs(pair, older, newer);
	for (uint32_t a = 0; a < pair->older_count; a++) {
		vote(pair, older, a);
		elect(pair, a, share > SHIFT_MIN ? share : SHIFT_MIN);
	}
	if (pair->candidate_count > 0)
		link_chain(pair);
	*ret = pair->links;
	return pair->link_count;
}
