#include "indexer/target/align.h"

enum {
	ENTRY_BYTES = 12,	  /* RUNTIME_FUNCTION */
	FUNCTION_BYTES = 0x10000, /* hardly any function is larger, */
	MEAN_MOST = 0x1000,	  /* nor are many of them together, */
	MEAN_LEAST = 16,	  /* or smaller, */
	MANY = 32,		  /* if they are so many */
	STEPS_MOST = 20000	  /* words tried, for all ways together */
};

struct align {
	const struct chain *chain;
	const struct trail *trail;
	size_t count;	     /* of its functions, as far as they are here */
	bool keeps_landings; /* where decoding led stands the caller */
	uint64_t ip[LIMIT_TRAIL]; /* of the way being tried */
	uint32_t pick[LIMIT_TRAIL];
	uint32_t first[LIMIT_TRAIL]; /* of the first way that fits */
	bool is_other[LIMIT_TRAIL];  /* another way has another word */
	bool is_found;
	unsigned steps;
};

/* Do two functions lie as far from each other as their entries say? */
static bool agree(const struct trail_function *a, uint64_t a_ip,
		  const struct trail_function *b, uint64_t b_ip)
{
	if (a->module != b->module)
		return true;
	if (a->entry > b->entry)
		return agree(b, b_ip, a, a_ip);

	const uint64_t apart = (b->entry - a->entry) / ENTRY_BYTES;

	return a_ip < b_ip &&
	       b_ip - a_ip >= apart * (apart < MANY ? 1 : MEAN_LEAST) &&
	       b_ip - a_ip < FUNCTION_BYTES + apart * MEAN_MOST;
}

static bool fits(const struct align *align, size_t at, uint64_t ip)
{
	const struct trail *trail = align->trail;

	if (ip < trail->low || ip >= trail->high ||
	    !trail_holds(&trail->functions[at], ip) ||
	    (trail->has_last && at + 1 == trail->count && ip != trail->last_ip))
		return false;
	for (size_t i = 0; i < at; i++)
		if (!agree(&trail->functions[i], align->ip[i],
			   &trail->functions[at], ip))
			return false;
	return true;
}

static void take_way(struct align *align, size_t from)
{
	for (size_t i = from; i < align->count; i++) {
		if (!align->is_found)
			align->first[i] = align->pick[i];
		else if (align->first[i] != align->pick[i])
			align->is_other[i] = true;
	}
	align->is_found = true;
}

/* Functions from `at` on, in the words behind the last one picked. */
static void place(struct align *align, size_t from, size_t at)
{
	const struct chain *chain = align->chain;
	const struct chain_slot *callee =
		at > from ? &chain->slots[align->pick[at - 1]] : NULL;
	size_t i = callee != NULL ? align->pick[at - 1] + 1 : 0;

	if (at == align->count) {
		take_way(align, from);
		return;
	}
	for (; i < chain->count; i++) {
		if (++align->steps > STEPS_MOST)
			return;
		if (align->keeps_landings && callee != NULL &&
		    callee->has_landing && callee->landing != i)
			continue;
		if (!fits(align, at, chain->slots[i].ip))
			continue;
		align->pick[at] = (uint32_t)i;
		align->ip[at] = chain->slots[i].ip;
		place(align, from, at + 1);
	}
}

/* A way that has words for so many functions. */
static bool run(struct align *align, uint64_t ip, bool is_leaf, size_t count)
{
	const struct align fresh = { .chain = align->chain,
				     .trail = align->trail,
				     .count = count };
	const size_t from = is_leaf ? 0 : 1;

	for (int keeps_landings = 1; keeps_landings >= 0; keeps_landings--) {
		*align = fresh;
		align->keeps_landings = keeps_landings;
		align->ip[0] = ip;
		place(align, from, from);
		if (align->is_found)
			return true;
	}
	return false;
}

/*
 * Where the end of the stack is not in the dump, nor are the outer functions on
 * it; then as many as can be.
 */
static bool run_all(struct align *align, uint64_t ip, bool is_leaf)
{
	const struct trail *trail = align->trail;
	size_t count = trail->count;

	if (run(align, ip, is_leaf, count))
		return true;
	if (is_leaf || trail->last_frame < align->chain->unwind->high)
		return false;
	while (--count > 1)
		if (run(align, ip, false, count))
			return true;
	return false;
}

bool align_trail(const struct chain *chain, uint64_t ip, struct trail *trail)
{
	struct align align = { .chain = chain, .trail = trail };
	bool is_leaf = trail->is_leaf;

	if (is_leaf || !run_all(&align, ip, false)) {
		is_leaf = true;
		if (!run_all(&align, ip, true))
			return false;
	}
	trail->is_leaf = is_leaf;
	for (size_t i = is_leaf ? 0 : 1; i < align.count; i++) {
		trail->slots[i] = chain->slots[align.first[i]].slot;
		trail->ips[i] = chain->slots[align.first[i]].ip;
		trail->is_sure[i] =
			!align.is_other[i] && align.steps <= STEPS_MOST;
	}
	return true;
}
