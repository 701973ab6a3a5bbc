#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/cluster/alias_state.h"

enum kind {
	ABOVE = 1, /* the next frame */
	BELOW,
	BETWEEN,   /* the modules beside it, under a code */
	AMONG,	   /* the two modules on each side */
	FAR_ABOVE, /* the frame behind the next */
	FAR_BELOW
};

/* A context before frames have names: another frame, or a hash. */
struct alias_company {
	uint64_t what;
	enum kind kind;
};

/* Where a frame stands: the k-th of a stack. */
struct position {
	uint32_t stack, k;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

static uint64_t module_hash(const struct alias_frame *frames,
			    const struct alias_stack *stack, ptrdiff_t k)
{
	return k >= 0 && k < (ptrdiff_t)stack->count
		       ? frames[stack->frames[k]].module
		       : 1;
}

static size_t bucket_of(uint64_t context, unsigned int bits)
{
	return bits ? (size_t)(context >> (64 - bits)) : 0;
}

/*
 * Sort by context; what is equal stays in order.  Contexts are hashes: spread
 * over as many buckets as there are, each is nearly where it belongs.
 */
static void sort_by_context(const struct alias_seen *from,
			    struct alias_seen *to, uint32_t count,
			    uint32_t *buckets)
{
	unsigned int bits = 0;

	while (bits < 30 && (1u << bits) < count)
		bits++;
	memset(buckets, 0, ((size_t)(1u << bits) + 1) * sizeof(*buckets));
	for (uint32_t i = 0; i < count; i++)
		buckets[bucket_of(from[i].context, bits) + 1]++;
	for (size_t i = 0; i < 1u << bits; i++)
		buckets[i + 1] += buckets[i];
	for (uint32_t i = 0; i < count; i++)
		to[buckets[bucket_of(from[i].context, bits)]++] = from[i];
	for (uint32_t i = 1; i < count; i++) {
		const struct alias_seen seen = to[i];
		uint32_t k = i;

		for (; k > 0 && to[k - 1].context > seen.context; k--)
			to[k] = to[k - 1];
		to[k] = seen;
	}
}

static uint64_t context_of(const struct alias_company *company,
			   const uint32_t *names)
{
	if (company->kind == BETWEEN || company->kind == AMONG)
		return company->what;
	return hash_mix(
		company->kind,
		(uint64_t)(names ? names[company->what] : company->what) + 1);
}

/* The company of a frame at one position; returns how many. */
static size_t company_at(const struct alias_frame *frames,
			 const struct alias_stack *stack, size_t k,
			 struct alias_company ret[6])
{
	const uint32_t *at = stack->frames + k;
	const ptrdiff_t here = (ptrdiff_t)k;
	const uint64_t near = hash_mix(module_hash(frames, stack, here - 1),
				       module_hash(frames, stack, here + 1));
	const uint64_t far = hash_mix(module_hash(frames, stack, here - 2),
				      module_hash(frames, stack, here + 2));
	size_t count = 0;

	ret[count++] = (struct alias_company){
		hash_mix(BETWEEN, hash_mix(stack->code, near)), BETWEEN
	};
	ret[count++] =
		(struct alias_company){ hash_mix(AMONG, hash_mix(far, near)),
					AMONG };
	if (k > 0)
		ret[count++] = (struct alias_company){ at[-1], ABOVE };
	if (k > 1)
		ret[count++] = (struct alias_company){ at[-2], FAR_ABOVE };
	if (k + 1 < stack->count)
		ret[count++] = (struct alias_company){ at[1], BELOW };
	if (k + 2 < stack->count)
		ret[count++] = (struct alias_company){ at[2], FAR_BELOW };
	return count;
}

/* All positions by frame; those of one end where those of the next begin. */
static struct position *positions_of(const struct alias_stack *stacks,
				     size_t stack_count, uint32_t frame_count,
				     size_t *end)
{
	struct position *ret;
	size_t count = 0;

	memset(end, 0, ((size_t)frame_count + 1) * sizeof(*end));
	for (size_t i = 0; i < stack_count; i++)
		for (size_t k = 0; k < stacks[i].count; k++)
			end[stacks[i].frames[k] + 1]++;
	for (uint32_t f = 0; f < frame_count; f++)
		end[f + 1] += end[f];
	count = end[frame_count];
	ret = must(malloc((count + 1) * sizeof(*ret)));
	for (size_t i = 0; i < stack_count; i++)
		for (size_t k = 0; k < stacks[i].count; k++)
			ret[end[stacks[i].frames[k]]++] =
				(struct position){ (uint32_t)i, (uint32_t)k };
	return ret;
}

/* Sorting a frame's contexts: what is sorted, and where to. */
struct bench {
	struct alias_seen *from, *to;
	struct alias_company *company;
	uint32_t *buckets;
	size_t room;
};

static void bench_room(struct bench *bench, size_t count)
{
	if (count <= bench->room)
		return;
	bench->room = 2 * count;
	bench->from =
		must(realloc(bench->from, bench->room * sizeof(*bench->from)));
	bench->to = must(realloc(bench->to, bench->room * sizeof(*bench->to)));
	bench->company = must(
		realloc(bench->company, bench->room * sizeof(*bench->company)));
	bench->buckets =
		must(realloc(bench->buckets,
			     (2 * bench->room + 2) * sizeof(*bench->buckets)));
}

static void bench_deinit(struct bench *bench)
{
	free(bench->from);
	free(bench->to);
	free(bench->company);
	free(bench->buckets);
}

/* Most stacks of a fleet repeat others: leave each of the company once. */
static size_t take_company(struct bench *bench, uint32_t count,
			   struct alias_company *ret)
{
	size_t kept = 0;

	for (uint32_t i = 0; i < count; i++)
		bench->from[i] = (struct alias_seen){
			.context = context_of(&bench->company[i], NULL),
			.index = i,
		};
	sort_by_context(bench->from, bench->to, count, bench->buckets);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || bench->to[i].context != bench->to[i - 1].context)
			ret[kept++] = bench->company[bench->to[i].index];
	return kept;
}

static void gather(struct alias_contexts *contexts,
		   const struct alias_stack *stacks, size_t stack_count)
{
	size_t *end = must(
		malloc(((size_t)contexts->frame_count + 1) * sizeof(*end)));
	struct position *positions =
		positions_of(stacks, stack_count, contexts->frame_count, end);
	struct bench bench = { .room = 0 };
	size_t kept = 0;
	size_t room = 0;
	size_t from = 0;

	for (uint32_t f = 0; f < contexts->frame_count; f++) {
		size_t count = 0;

		bench_room(&bench, 6 * (end[f] - from));
		for (; from < end[f]; from++)
			count += company_at(contexts->frames,
					    &stacks[positions[from].stack],
					    positions[from].k,
					    bench.company + count);
		if (kept + count > room) {
			room = 2 * (kept + count);
			contexts->company = must(
				realloc(contexts->company,
					room * sizeof(*contexts->company)));
		}
		contexts->company_first[f] = kept;
		kept += take_company(&bench, (uint32_t)count,
				     contexts->company + kept);
	}
	contexts->company_first[contexts->frame_count] = kept;
	bench_deinit(&bench);
	free(positions);
	free(end);
}

void alias_contexts_init(struct alias_contexts *contexts,
			 const struct alias_frame *frames, size_t frame_count,
			 const struct alias_stack *stacks, size_t stack_count)
{
	size_t most;

	*contexts = (struct alias_contexts){
		.frames = frames,
		.frame_count = (uint32_t)frame_count,
		.company_first = must(calloc(frame_count + 1, sizeof(size_t))),
		.first = must(calloc(frame_count + 1, sizeof(uint32_t))),
	};
	gather(contexts, stacks, stack_count);
	most = contexts->company_first[frame_count] + 1;
	contexts->by_frame = must(malloc(most * sizeof(*contexts->by_frame)));
	contexts->by_context =
		must(malloc(most * sizeof(*contexts->by_context)));
}

void alias_contexts_deinit(struct alias_contexts *contexts)
{
	free(contexts->company);
	free(contexts->company_first);
	free(contexts->by_frame);
	free(contexts->by_context);
	free(contexts->first);
}

struct alias_build alias_contexts_build(const struct alias_contexts *contexts,
					uint32_t first)
{
	const struct alias_frame *frames = contexts->frames;
	uint32_t end = first + 1;

	while (end < contexts->frame_count &&
	       frames[first].module == frames[end].module &&
	       frames[first].build == frames[end].build)
		end++;
	return (struct alias_build){ first, end };
}

/* by_frame and first: the contexts of each frame in order, each once. */
static void order_frames(struct alias_contexts *contexts, const uint32_t *names,
			 uint32_t *buckets)
{
	struct alias_seen *from = contexts->by_context; /* not in use yet */
	uint32_t kept = 0;

	for (uint32_t f = 0; f < contexts->frame_count; f++) {
		const size_t first = contexts->company_first[f];
		const size_t count = contexts->company_first[f + 1] - first;
		struct alias_seen *to = contexts->by_frame + kept;
		uint32_t end = 0;

		for (size_t i = 0; i < count; i++) {
			const struct alias_company *company =
				&contexts->company[first + i];

			from[i] = (struct alias_seen){
				.context = context_of(company, names),
				.frame = f,
				.half = company->kind == FAR_ABOVE ||
					company->kind == FAR_BELOW,
			};
		}
		sort_by_context(from, to, (uint32_t)count, buckets);
		contexts->first[f] = kept;
		for (size_t i = 0; i < count; i++) {
			if (end > 0 && to[i].context == to[end - 1].context)
				continue;
			to[end] = to[i];
			to[end++].index = kept++;
		}
	}
	contexts->first[contexts->frame_count] = kept;
}

/* Per build: order by context, and count the offsets of each context. */
static void order_build(struct alias_contexts *contexts,
			struct alias_build build, uint32_t *buckets)
{
	const uint32_t from = contexts->first[build.first];
	const uint32_t count = contexts->first[build.end] - from;
	struct alias_seen *seen = contexts->by_context + from;

	sort_by_context(contexts->by_frame + from, seen, count, buckets);
	for (uint32_t i = 0; i < count;) {
		uint32_t end = i;

		while (end < count && seen[end].context == seen[i].context)
			end++;
		for (uint32_t k = i; k < end; k++)
			seen[k].df = end - i;
		i = end;
	}
}

void alias_contexts_name(struct alias_contexts *contexts, const uint32_t *names)
{
	const size_t most = contexts->company_first[contexts->frame_count];
	uint32_t *buckets = must(malloc((2 * most + 3) * sizeof(*buckets)));

	order_frames(contexts, names, buckets);
	for (uint32_t f = 0; f < contexts->frame_count;) {
		const struct alias_build build =
			alias_contexts_build(contexts, f);

		order_build(contexts, build, buckets);
		f = build.end;
	}
	free(buckets);
}
