#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/cluster/alias_state.h"

enum {
	ROUNDS = 3,
	LOOK_BACK = 4,	      /* builds compared with each build */
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
#define NO_FRAME UINT32_MAX

struct pair {
	uint32_t a, b; /* frames of the older and the newer build */
	double weight;
	double score; /* of the best chain that ends here */
	int32_t before;
};

/* Where a context of the older build is found in the newer one. */
struct run {
	const struct alias_seen *seen;
	uint32_t count; /* 0 = not at all, or too often */
	double weight;
};

struct learner {
	const struct alias_frame *frames;
	uint32_t frame_count;
	struct alias_contexts contexts;
	uint32_t *parent;
	uint32_t *next;	  /* ring of the frames of a node */
	uint32_t *size;	  /* of the node, at its root */
	struct run *runs; /* of contexts, as by_frame has them */
	double *votes;	  /* for the frames of the newer build */
	uint32_t *voted;  /* those with any */
	uint32_t voted_count;
	struct pair *pairs;
	size_t pair_count, pair_room;
	double gaps[GAPS];
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static uint32_t root_of(struct learner *l, uint32_t frame)
{
	uint32_t root = frame;

	while (l->parent[root] != root)
		root = l->parent[root];
	while (l->parent[frame] != root) {
		const uint32_t up = l->parent[frame];

		l->parent[frame] = root;
		frame = up;
	}
	return root;
}

static bool same_build(const struct alias_frame *a, const struct alias_frame *b)
{
	return a->module == b->module && a->build == b->build;
}

/* Would a united node hold two offsets of one build? */
static bool clash(const struct learner *l, uint32_t a, uint32_t b)
{
	uint32_t i = a;

	do {
		uint32_t j = b;

		do {
			if (same_build(&l->frames[i], &l->frames[j]))
				return true;
			j = l->next[j];
		} while (j != b);
		i = l->next[i];
	} while (i != a);
	return false;
}

static void unite(struct learner *l, uint32_t a, uint32_t b)
{
	uint32_t ra = root_of(l, a);
	uint32_t rb = root_of(l, b);

	if (ra == rb || clash(l, ra, rb))
		return;
	if (l->size[ra] < l->size[rb]) {
		const uint32_t swap = ra;

		ra = rb;
		rb = swap;
	}
	l->parent[rb] = ra;
	l->size[ra] += l->size[rb];

	const uint32_t swap = l->next[ra];

	l->next[ra] = l->next[rb];
	l->next[rb] = swap;
}

static int by_weight(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

static int by_b(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return (a->b > b->b) - (a->b < b->b);
}

static void add_pair(struct learner *l, struct pair pair)
{
	if (l->pair_count == l->pair_room) {
		l->pair_room = l->pair_room ? l->pair_room * 2 : 4096;
		l->pairs = must(
			realloc(l->pairs, l->pair_room * sizeof(*l->pairs)));
	}
	l->pairs[l->pair_count++] = pair;
}

/* The contexts of a build, and how many. */
static const struct alias_seen *seen_of(const struct learner *l,
					struct alias_build build,
					uint32_t *count)
{
	const uint32_t *first = l->contexts.first;

	*count = first[build.end] - first[build.first];
	return l->contexts.by_context + first[build.first];
}

/* For each context of the older build, those who have it in the newer one. */
static void find_runs(struct learner *l, struct alias_build older,
		      struct alias_build newer)
{
	uint32_t mine_count, their_count;
	const struct alias_seen *mine = seen_of(l, older, &mine_count);
	const struct alias_seen *theirs = seen_of(l, newer, &their_count);
	uint32_t k = 0;

	for (uint32_t i = 0; i < mine_count;) {
		const uint32_t end = i + mine[i].df;
		struct run run = { .count = 0 };

		while (k < their_count && theirs[k].context < mine[i].context)
			k += theirs[k].df;
		if (k < their_count && theirs[k].context == mine[i].context &&
		    theirs[k].df <= CONTEXT_OFFSETS) {
			run.seen = theirs + k;
			run.count = run.seen->df;
			run.weight = log((double)(1 + older.end - older.first) /
					 mine[i].df) +
				     log((double)(1 + newer.end - newer.first) /
					 run.count);
			if (mine[i].half)
				run.weight *= 0.5;
			if (run.weight <= 0)
				run.count = 0;
		}
		for (; i < end; i++)
			l->runs[mine[i].index] = run;
	}
}

/* What all contexts of a frame of the older build say. */
static void vote(struct learner *l, struct alias_build newer, uint32_t a)
{
	const uint32_t *first = l->contexts.first;
	const uint32_t offset = l->frames[a].offset;

	l->voted_count = 0;
	for (uint32_t i = first[a]; i < first[a + 1]; i++) {
		const struct run *run = &l->runs[i];

		for (uint32_t k = 0; k < run->count; k++) {
			const uint32_t b = run->seen[k].frame;
			double *votes = &l->votes[b - newer.first];

			if ((l->frames[b].offset - offset) % ALIGNMENT != 0)
				continue;
			if (*votes <= 0)
				l->voted[l->voted_count++] = b;
			*votes += run->weight;
		}
	}
}

/* The best few pairs of a frame of the older build. */
static void elect(struct learner *l, struct alias_build newer, uint32_t a,
		  double shift_max)
{
	struct pair best[PAIRS_PER_OFFSET + 1];
	size_t count = 0;

	for (uint32_t i = 0; i < l->voted_count; i++) {
		const uint32_t b = l->voted[i];
		double *votes = &l->votes[b - newer.first];
		const struct pair pair = { a, b, *votes, 0, -1 };
		size_t k = count;

		*votes = 0;
		for (; k > 0 && by_weight(&pair, &best[k - 1]) < 0; k--)
			best[k] = best[k - 1];
		best[k] = pair;
		count += count < PAIRS_PER_OFFSET;
	}
	qsort(best, count, sizeof(*best), by_b);
	for (size_t i = 0; i < count; i++) {
		struct pair pair = best[i];
		const double shift = fabs((double)l->frames[pair.b].offset -
					  (double)l->frames[a].offset);

		if (pair.weight <= PAIR_WEIGHT_MIN || shift > shift_max)
			continue;
		if (pair.weight > PAIR_WEIGHT_MAX)
			pair.weight = PAIR_WEIGHT_MAX;
		add_pair(l, pair);
	}
}

static int64_t shift_of(const struct learner *l, const struct pair *pair)
{
	return (int64_t)l->frames[pair->b].offset -
	       (int64_t)l->frames[pair->a].offset;
}

static double cost_of(double steps)
{
	return 1.0 + 0.35 * log2(1 + steps);
}

/* Shifts differ by multiples of the alignment. */
static double gap_cost(const struct learner *l, int64_t a, int64_t b)
{
	const uint64_t steps = (uint64_t)llabs(a - b) / ALIGNMENT;

	if (a == b)
		return 0;
	return steps < GAPS ? l->gaps[steps] : cost_of((double)steps);
}

/* The best chain of pairs that rises in both builds; its length. */
static size_t chain(struct learner *l, struct pair *ret)
{
	size_t best = 0;
	size_t length = 0;

	for (size_t i = 0; i < l->pair_count; i++) {
		struct pair *pair = &l->pairs[i];
		const size_t from = i > CHAIN_WINDOW ? i - CHAIN_WINDOW : 0;
		double most = 0;

		pair->before = -1;
		for (size_t k = from; k < i; k++) {
			const struct pair *other = &l->pairs[k];

			/* A gap costs nothing at least. */
			if (other->score <= most || other->a >= pair->a ||
			    other->b >= pair->b)
				continue;

			const double score =
				other->score - gap_cost(l, shift_of(l, pair),
							shift_of(l, other));

			if (score > most) {
				most = score;
				pair->before = (int32_t)k;
			}
		}
		pair->score = pair->weight + most;
		if (pair->score > l->pairs[best].score)
			best = i;
	}
	for (int32_t i = (int32_t)best; i >= 0; i = l->pairs[i].before)
		ret[length++] = l->pairs[i];
	for (size_t i = 0; i < length / 2; i++) {
		const struct pair swap = ret[i];

		ret[i] = ret[length - 1 - i];
		ret[length - 1 - i] = swap;
	}
	return length;
}

/* Unchanged code between two anchors of one shift maps by that shift. */
static void fill_span(struct learner *l, const struct pair *low,
		      const struct pair *high, struct alias_build newer)
{
	const int64_t shift = shift_of(l, low);
	size_t b = low->b;

	if (shift != shift_of(l, high) ||
	    l->frames[high->a].offset - l->frames[low->a].offset > SPAN_MAX)
		return;
	for (uint32_t a = low->a + 1; a < high->a; a++) {
		const int64_t want = (int64_t)l->frames[a].offset + shift;

		while (b < newer.end && (int64_t)l->frames[b].offset < want)
			b++;
		if (b < newer.end && (int64_t)l->frames[b].offset == want)
			unite(l, a, (uint32_t)b);
	}
}

static void align(struct learner *l, struct alias_build older,
		  struct alias_build newer)
{
	const uint32_t last_a = l->frames[older.end - 1].offset;
	const uint32_t last_b = l->frames[newer.end - 1].offset;
	const double share = 0.08 * (last_a > last_b ? last_a : last_b);
	struct pair *links;
	size_t length;
	size_t sure = 0;

	l->pair_count = 0;
	find_runs(l, older, newer);
	for (uint32_t a = older.first; a < older.end; a++) {
		vote(l, newer, a);
		elect(l, newer, a, share > SHIFT_MIN ? share : SHIFT_MIN);
	}
	if (l->pair_count == 0)
		return;
	links = must(malloc(l->pair_count * sizeof(*links)));
	length = chain(l, links);
	for (size_t i = 0; i < length; i++) {
		const int64_t shift = shift_of(l, &links[i]);
		const bool beside =
			(i > 0 && shift_of(l, &links[i - 1]) == shift) ||
			(i + 1 < length && shift_of(l, &links[i + 1]) == shift);

		if (links[i].weight < SURE &&
		    (!beside || links[i].weight < SURE_NEIGHBOUR))
			continue;
		unite(l, links[i].a, links[i].b);
		links[sure++] = links[i];
	}
	for (size_t i = 1; i < sure; i++)
		fill_span(l, &links[i - 1], &links[i], newer);
	free(links);
}

/* Each build of a module against the few before it. */
static void align_modules(struct learner *l)
{
	struct alias_build recent[LOOK_BACK];
	size_t count = 0;

	for (uint32_t f = 0; f < l->frame_count;) {
		const struct alias_build build =
			alias_contexts_build(&l->contexts, f);

		if (count > 0 &&
		    l->frames[recent[0].first].module != l->frames[f].module)
			count = 0;
		for (size_t i = 0; i < count; i++)
			align(l, recent[i], build);
		if (count == LOOK_BACK)
			memmove(recent, recent + 1, --count * sizeof(*recent));
		recent[count++] = build;
		f = build.end;
	}
}

static void init(struct learner *l)
{
	const size_t count = (size_t)l->frame_count + 1;

	l->parent = must(calloc(count, sizeof(*l->parent)));
	l->next = must(calloc(count, sizeof(*l->next)));
	l->size = must(calloc(count, sizeof(*l->size)));
	l->votes = must(calloc(count, sizeof(*l->votes)));
	l->voted = must(calloc(count, sizeof(*l->voted)));
	for (uint32_t f = 0; f < l->frame_count; f++) {
		l->parent[f] = l->next[f] = f;
		l->size[f] = 1;
	}
	for (size_t i = 0; i < GAPS; i++)
		l->gaps[i] = cost_of((double)i);
}

static void deinit(struct learner *l)
{
	alias_contexts_deinit(&l->contexts);
	free(l->parent);
	free(l->next);
	free(l->size);
	free(l->runs);
	free(l->votes);
	free(l->voted);
	free(l->pairs);
}

static void run_round(struct learner *l)
{
	uint32_t *names =
		must(malloc(((size_t)l->frame_count + 1) * sizeof(*names)));

	for (uint32_t f = 0; f < l->frame_count; f++)
		names[f] = root_of(l, f);
	alias_contexts_name(&l->contexts, names);
	free(names);
	free(l->runs);
	l->runs = must(calloc((size_t)l->contexts.first[l->frame_count] + 1,
			      sizeof(*l->runs)));
	align_modules(l);
}

void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 uint32_t *ret)
{
	struct learner l = { .frames = frames,
			     .frame_count = (uint32_t)frame_count };

	init(&l);
	alias_contexts_init(&l.contexts, frames, frame_count, stacks,
			    stack_count);
	for (int round = 0; round < ROUNDS; round++)
		run_round(&l);
	memset(l.size, 0xff, frame_count * sizeof(*l.size));
	for (uint32_t f = 0; f < l.frame_count; f++) {
		const uint32_t root = root_of(&l, f);

		if (l.size[root] == NO_FRAME)
			l.size[root] = f;
		ret[f] = l.size[root];
	}
	deinit(&l);
}
