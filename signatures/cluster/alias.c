#include "signatures/cluster/alias.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/keymap.h"

enum {
	ROUNDS = 3,
	LOOK_BACK = 4,	      /* builds compared with each build */
	CONTEXT_OFFSETS = 40, /* a context shared by more says nothing */
	PAIRS_PER_OFFSET = 6,
	CHAIN_WINDOW = 60,
	ALIGNMENT = 16,	    /* of function starts */
	SHIFT_MIN = 0x8000, /* allowed shift, or 8 % of the image */
	SPAN_MAX = 0x40000  /* between anchors of one shift */
};

#define PAIR_WEIGHT_MIN 0.5
#define PAIR_WEIGHT_MAX 10.0
#define SURE 4.5	   /* a pair stands on its own */
#define SURE_NEIGHBOUR 1.0 /* beside a pair with the same shift */
#define NO_FRAME UINT32_MAX

/* One frame was seen in one context; sorted by frame, then context. */
struct seen {
	uint64_t context;
	uint32_t frame;
	uint32_t half; /* two frames away: half the weight */
	uint32_t df;   /* offsets of this module build in this context */
};

struct pair {
	uint32_t a, b; /* frames of the older and the newer build */
	double weight;
	double score; /* of the best chain that ends here */
	int32_t before;
};

struct learner {
	const struct alias_frame *frames;
	size_t frame_count;
	const struct alias_stack *stacks;
	size_t stack_count;
	uint32_t *parent;
	uint32_t *next; /* ring of the frames of a node */
	uint32_t *size; /* of the node, at its root */
	struct seen *by_frame;
	struct seen *by_context; /* per build: sorted by context, then frame */
	size_t seen_count, seen_room;
	struct keymap known; /* of by_frame: who keeps what company */
	size_t *first_seen;  /* of each frame in by_frame; frame_count + 1 */
	struct pair *pairs;
	size_t pair_count, pair_room;
};

/* The frames of one build of a module: [first, end). */
struct build {
	size_t first, end;
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

static uint64_t node_hash(struct learner *l, uint32_t frame)
{
	return root_of(l, frame) + 1;
}

static uint64_t module_hash(const struct learner *l,
			    const struct alias_stack *stack, ptrdiff_t k)
{
	return k >= 0 && k < (ptrdiff_t)stack->count
		       ? l->frames[stack->frames[k]].module
		       : 1;
}

static void add_seen(struct learner *l, uint32_t frame, uint64_t kind,
		     uint64_t what, bool half)
{
	const uint64_t context = hash_mix(kind, what);
	const uint64_t key = hash_mix(context, frame);
	bool is_new;

	/* Most stacks of a fleet repeat others: once is enough. */
	keymap_put(&l->known, key ? key : 1, &is_new);
	if (!is_new)
		return;
	if (l->seen_count == l->seen_room) {
		l->seen_room = l->seen_room ? l->seen_room * 2 : 4096;
		l->by_frame = must(realloc(
			l->by_frame, l->seen_room * sizeof(*l->by_frame)));
	}
	l->by_frame[l->seen_count++] = (struct seen){ context, frame, half, 0 };
}

/* The company of the k-th frame of a stack. */
static void see_frame(struct learner *l, const struct alias_stack *stack,
		      size_t k)
{
	const uint32_t frame = stack->frames[k];
	const ptrdiff_t at = (ptrdiff_t)k;
	const uint64_t above = module_hash(l, stack, at - 1);
	const uint64_t below = module_hash(l, stack, at + 1);
	const uint64_t near = hash_mix(above, below);

	if (k > 0)
		add_seen(l, frame, 1, node_hash(l, stack->frames[k - 1]),
			 false);
	if (k + 1 < stack->count)
		add_seen(l, frame, 2, node_hash(l, stack->frames[k + 1]),
			 false);
	add_seen(l, frame, 3, hash_mix(stack->code, near), false);
	add_seen(l, frame, 4,
		 hash_mix(hash_mix(module_hash(l, stack, at - 2),
				   module_hash(l, stack, at + 2)),
			  near),
		 false);
	if (k > 1)
		add_seen(l, frame, 5, node_hash(l, stack->frames[k - 2]), true);
	if (k + 2 < stack->count)
		add_seen(l, frame, 6, node_hash(l, stack->frames[k + 2]), true);
}

static void see_all(struct learner *l)
{
	l->seen_count = l->seen_room = 0;
	l->by_frame = NULL;
	keymap_init(&l->known);
	for (size_t s = 0; s < l->stack_count; s++)
		for (size_t k = 0; k < l->stacks[s].count; k++)
			see_frame(l, &l->stacks[s], k);
	keymap_deinit(&l->known);
}

static int by_frame(const void *left, const void *right)
{
	const struct seen *a = left, *b = right;

	if (a->frame != b->frame)
		return a->frame < b->frame ? -1 : 1;
	return (a->context > b->context) - (a->context < b->context);
}

static int by_context(const void *left, const void *right)
{
	const struct seen *a = left, *b = right;

	if (a->context != b->context)
		return a->context < b->context ? -1 : 1;
	return (a->frame > b->frame) - (a->frame < b->frame);
}

static struct build next_build(const struct learner *l, size_t first)
{
	size_t end = first + 1;

	while (end < l->frame_count &&
	       same_build(&l->frames[first], &l->frames[end]))
		end++;
	return (struct build){ first, end };
}

static struct seen *seen_of(const struct learner *l, struct seen *all,
			    struct build build, size_t *count)
{
	*count = l->first_seen[build.end] - l->first_seen[build.first];
	return all + l->first_seen[build.first];
}

/* Per build: order by context, and count the offsets of each context. */
static void count_contexts(struct learner *l, struct build build)
{
	size_t count;
	struct seen *seen = seen_of(l, l->by_context, build, &count);

	qsort(seen, count, sizeof(*seen), by_context);
	for (size_t i = 0; i < count;) {
		size_t end = i;

		while (end < count && seen[end].context == seen[i].context)
			end++;
		for (size_t k = i; k < end; k++)
			seen[k].df = (uint32_t)(end - i);
		i = end;
	}
}

static void gather_contexts(struct learner *l)
{
	size_t at = 0;

	see_all(l);

	const size_t kept = l->seen_count;

	if (kept > 1)
		qsort(l->by_frame, kept, sizeof(*l->by_frame), by_frame);
	for (uint32_t f = 0; f <= l->frame_count; f++) {
		while (at < kept && l->by_frame[at].frame < f)
			at++;
		l->first_seen[f] = at;
	}
	l->by_context = must(malloc((kept + 1) * sizeof(*l->by_context)));
	if (kept > 0)
		memcpy(l->by_context, l->by_frame,
		       kept * sizeof(*l->by_context));
	for (size_t f = 0; f < l->frame_count;) {
		const struct build build = next_build(l, f);

		count_contexts(l, build);
		f = build.end;
	}
}

/* The run of context in a build's seen, or NULL. */
static const struct seen *find_run(const struct seen *seen, size_t count,
				   uint64_t context)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (seen[middle].context < context)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && seen[low].context == context ? &seen[low] : NULL;
}

static int by_b(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return (a->b > b->b) - (a->b < b->b);
}

static int by_weight(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return (a->b > b->b) - (a->b < b->b);
}

static int by_ab(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->a != b->a)
		return a->a < b->a ? -1 : 1;
	return by_b(left, right);
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

/* Votes for one offset a of the older build: leaves its best few pairs. */
static void vote(struct learner *l, struct build older, struct build newer,
		 uint32_t a, double shift_max)
{
	const size_t from = l->pair_count;
	const uint32_t offset = l->frames[a].offset;
	size_t newer_count, older_count;
	const struct seen *theirs =
		seen_of(l, l->by_context, newer, &newer_count);
	const struct seen *mine =
		seen_of(l, l->by_context, older, &older_count);
	size_t kept;

	for (size_t i = l->first_seen[a]; i < l->first_seen[a + 1]; i++) {
		const struct seen *seen = &l->by_frame[i];
		const struct seen *run =
			find_run(theirs, newer_count, seen->context);

		if (!run || run->df > CONTEXT_OFFSETS)
			continue;

		const struct seen *own =
			find_run(mine, older_count, seen->context);
		double weight =
			log((double)(1 + older.end - older.first) / own->df) +
			log((double)(1 + newer.end - newer.first) / run->df);

		if (seen->half)
			weight *= 0.5;
		for (uint32_t k = 0; weight > 0 && k < run->df; k++) {
			const uint32_t b = run[k].frame;

			if ((l->frames[b].offset - offset) % ALIGNMENT == 0)
				add_pair(l,
					 (struct pair){ a, b, weight, 0, -1 });
		}
	}
	qsort(l->pairs + from, l->pair_count - from, sizeof(*l->pairs), by_b);
	kept = from;
	for (size_t i = from; i < l->pair_count; i++) {
		if (kept > from && l->pairs[kept - 1].b == l->pairs[i].b)
			l->pairs[kept - 1].weight += l->pairs[i].weight;
		else
			l->pairs[kept++] = l->pairs[i];
	}
	qsort(l->pairs + from, kept - from, sizeof(*l->pairs), by_weight);
	if (kept > from + PAIRS_PER_OFFSET)
		kept = from + PAIRS_PER_OFFSET;
	l->pair_count = from;
	for (size_t i = from; i < kept; i++) {
		struct pair pair = l->pairs[i];
		const double shift =
			fabs((double)l->frames[pair.b].offset - (double)offset);

		if (pair.weight <= PAIR_WEIGHT_MIN || shift > shift_max)
			continue;
		if (pair.weight > PAIR_WEIGHT_MAX)
			pair.weight = PAIR_WEIGHT_MAX;
		l->pairs[l->pair_count++] = pair;
	}
}

static int64_t shift_of(const struct learner *l, const struct pair *pair)
{
	return (int64_t)l->frames[pair->b].offset -
	       (int64_t)l->frames[pair->a].offset;
}

static double gap_cost(int64_t a, int64_t b)
{
	return a == b ? 0 : 1.0 + 0.35 * log2(1 + (double)llabs(a - b) / 16);
}

/* The best chain of pairs that rises in both builds; its length. */
static size_t chain(struct learner *l, struct pair *ret)
{
	size_t best = 0;
	size_t length = 0;

	qsort(l->pairs, l->pair_count, sizeof(*l->pairs), by_ab);
	for (size_t i = 0; i < l->pair_count; i++) {
		struct pair *pair = &l->pairs[i];
		const size_t from = i > CHAIN_WINDOW ? i - CHAIN_WINDOW : 0;
		double most = 0;

		pair->before = -1;
		for (size_t k = from; k < i; k++) {
			const struct pair *other = &l->pairs[k];

			if (other->a >= pair->a || other->b >= pair->b)
				continue;

			const double score =
				other->score -
				gap_cost(shift_of(l, pair), shift_of(l, other));

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
		      const struct pair *high, struct build newer)
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

static void align(struct learner *l, struct build older, struct build newer)
{
	const uint32_t last_a = l->frames[older.end - 1].offset;
	const uint32_t last_b = l->frames[newer.end - 1].offset;
	const double share = 0.08 * (last_a > last_b ? last_a : last_b);
	struct pair *links;
	size_t length;
	size_t sure = 0;

	l->pair_count = 0;
	for (size_t a = older.first; a < older.end; a++)
		vote(l, older, newer, (uint32_t)a,
		     share > SHIFT_MIN ? share : SHIFT_MIN);
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
	struct build recent[LOOK_BACK];
	size_t count = 0;

	for (size_t f = 0; f < l->frame_count;) {
		const struct build build = next_build(l, f);

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

void alias_learn(const struct alias_frame *frames, size_t frame_count,
		 const struct alias_stack *stacks, size_t stack_count,
		 uint32_t *ret)
{
	struct learner l = {
		.frames = frames,
		.frame_count = frame_count,
		.stacks = stacks,
		.stack_count = stack_count,
		.parent = must(calloc(frame_count + 1, sizeof(uint32_t))),
		.next = must(calloc(frame_count + 1, sizeof(uint32_t))),
		.size = must(calloc(frame_count + 1, sizeof(uint32_t))),
		.first_seen = must(calloc(frame_count + 1, sizeof(size_t))),
	};

	for (uint32_t f = 0; f < frame_count; f++) {
		l.parent[f] = l.next[f] = f;
		l.size[f] = 1;
	}
	for (int round = 0; round < ROUNDS; round++) {
		gather_contexts(&l);
		align_modules(&l);
		free(l.by_frame);
		free(l.by_context);
	}
	memset(l.size, 0xff, frame_count * sizeof(*l.size));
	for (uint32_t f = 0; f < frame_count; f++) {
		const uint32_t root = root_of(&l, f);

		if (l.size[root] == NO_FRAME)
			l.size[root] = f;
		ret[f] = l.size[root];
	}
	free(l.parent);
	free(l.next);
	free(l.size);
	free(l.first_seen);
	free(l.pairs);
}
