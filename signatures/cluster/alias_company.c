#include "signatures/cluster/alias_company.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/room.h"

enum {
	EACH = 6,	      /* of a position */
	AT_ONCE = 1 << 21,    /* positions of several frames */
	SLOTS_FIRST = 1 << 7, /* of a set that begins */
	SPREAD_BITS = 64
};

/* Spreads numbers that are nearly alike (Fibonacci hashing). */
#define SPREAD 0x9e3779b97f4a7c15u

/* Where a frame stands: the k-th of a stack. */
struct position {
	uint32_t stack, k;
};

/* What a frame has been seen with. */
struct set {
	uint64_t *slots; /* 0 = free */
	unsigned int bits;
	size_t count, room;
};

static void set_clear(struct set *set, size_t slots)
{
	if (slots > set->room) {
		free(set->slots);
		set->slots = room_again(NULL, slots * sizeof(*set->slots));
		set->room = slots;
	}
	memset(set->slots, 0, slots * sizeof(*set->slots));
	for (set->bits = 0; (size_t)1 << set->bits < slots;)
		set->bits++;
	set->count = 0;
}

/* False if it is there already. */
static bool set_put(struct set *set, uint64_t value)
{
	const size_t mask = ((size_t)1 << set->bits) - 1;
	size_t slot = value * SPREAD >> (SPREAD_BITS - set->bits);

	while (set->slots[slot] && set->slots[slot] != value)
		slot = (slot + 1) & mask;
	if (set->slots[slot])
		return false;
	set->slots[slot] = value;
	set->count++;
	return true;
}

static uint64_t module_at(const struct alias_frame *frames,
			  const struct alias_stack *stack, ptrdiff_t k)
{
	return k >= 0 && k < (ptrdiff_t)stack->count
		       ? frames[stack->frames[k]].module
		       : 1;
}

static uint64_t of_kind(enum alias_kind kind, uint64_t which)
{
	return which << ALIAS_KIND_BITS | kind;
}

/* The company of a frame at one position; returns how many. */
static size_t company_at(const struct alias_frame *frames,
			 const struct alias_stack *stack, size_t k,
			 uint64_t ret[EACH])
{
	const uint32_t *at = stack->frames + k;
	const ptrdiff_t here = (ptrdiff_t)k;
	const uint64_t near = hash_mix(module_at(frames, stack, here - 1),
				       module_at(frames, stack, here + 1));
	const uint64_t far = hash_mix(module_at(frames, stack, here - 2),
				      module_at(frames, stack, here + 2));
	size_t count = 0;

	ret[count++] = of_kind(ALIAS_BETWEEN, hash_mix(stack->code, near));
	ret[count++] = of_kind(ALIAS_AMONG, hash_mix(far, near));
	if (k > 0)
		ret[count++] = of_kind(ALIAS_ABOVE, at[-1]);
	if (k > 1)
		ret[count++] = of_kind(ALIAS_FAR_ABOVE, at[-2]);
	if (k + 1 < stack->count)
		ret[count++] = of_kind(ALIAS_BELOW, at[1]);
	if (k + 2 < stack->count)
		ret[count++] = of_kind(ALIAS_FAR_BELOW, at[2]);
	return count;
}

static void keep(struct alias_company *company, struct set *set, size_t first,
		 uint64_t value)
{
	if (!set_put(set, value))
		return;
	if (company->count == company->room) {
		company->room = company->room ? company->room * 2 : 1 << 12;
		company->all = room_again(company->all,
					  company->room * sizeof(uint64_t));
	}
	company->all[company->count++] = value;
	if (2 * set->count <= (size_t)1 << set->bits)
		return;
	set_clear(set, (size_t)4 << set->bits);
	for (size_t i = first; i < company->count; i++)
		set_put(set, company->all[i]);
}

static void gather_frame(struct alias_company *company, struct set *set,
			 uint32_t frame, const struct position *positions,
			 size_t count)
{
	const size_t first = company->count;
	uint64_t here[EACH];

	set_clear(set, SLOTS_FIRST);
	for (size_t i = 0; i < count; i++) {
		const size_t each = company_at(
			company->frames, &company->stacks[positions[i].stack],
			positions[i].k, here);

		for (size_t n = 0; n < each; n++)
			keep(company, set, first, here[n]);
	}
	company->first[frame] = first;
	company->many[frame] = (uint32_t)(company->count - first);
}

/* Positions of the frames [from, to); end[f] is where those of f end. */
static void find_positions(const struct alias_company *company, uint32_t from,
			   uint32_t to, const bool *wanted, size_t *end,
			   struct position *ret)
{
	for (size_t i = 0; i < company->stack_count; i++) {
		const struct alias_stack *stack = &company->stacks[i];

		for (size_t k = 0; k < stack->count; k++) {
			const uint32_t f = stack->frames[k];

			if (f >= from && f < to && wanted[f])
				ret[end[f]++] =
					(struct position){ (uint32_t)i,
							   (uint32_t)k };
		}
	}
}

/* Frames from one on that have about AT_ONCE positions, and their end. */
static uint32_t take_range(const struct alias_company *company, uint32_t from,
			   size_t *counts, size_t *all)
{
	uint32_t to = from;

	*all = 0;
	while (to < company->frame_count &&
	       (to == from || *all + counts[to] <= AT_ONCE)) {
		const size_t count = counts[to];

		counts[to++] = *all;
		*all += count;
	}
	return to;
}

/* Leave of the wanted those that are not known; are there any? */
static bool leave_unknown(struct alias_company *company, bool *wanted)
{
	bool any = false;

	for (uint32_t f = 0; f < company->frame_count; f++) {
		wanted[f] = wanted[f] && !company->known[f];
		company->known[f] |= wanted[f];
		any |= wanted[f];
	}
	return any;
}

static void gather(struct alias_company *company, const bool *wanted)
{
	size_t *end =
		room_cleared((size_t)company->frame_count + 1, sizeof(*end));
	struct position *positions = NULL;
	struct set set = { .slots = NULL };
	size_t room = 0;

	for (size_t i = 0; i < company->stack_count; i++)
		for (size_t k = 0; k < company->stacks[i].count; k++)
			end[company->stacks[i].frames[k]] +=
				wanted[company->stacks[i].frames[k]];
	for (uint32_t from = 0, to; from < company->frame_count; from = to) {
		size_t all, first = 0;

		to = take_range(company, from, end, &all);
		if (all > room) {
			free(positions);
			positions = room_again(NULL, all * sizeof(*positions));
			room = all;
		}
		find_positions(company, from, to, wanted, end, positions);
		for (uint32_t f = from; f < to; f++) {
			if (wanted[f])
				gather_frame(company, &set, f,
					     positions + first, end[f] - first);
			first = end[f];
		}
	}
	free(set.slots);
	free(positions);
	free(end);
}

void alias_company_gather(struct alias_company *company, bool *wanted)
{
	if (leave_unknown(company, wanted))
		gather(company, wanted);
}

void alias_company_init(struct alias_company *company,
			const struct alias_frame *frames, size_t frame_count,
			const struct alias_stack *stacks, size_t stack_count)
{
	*company = (struct alias_company){
		.frames = frames,
		.frame_count = (uint32_t)frame_count,
		.stacks = stacks,
		.stack_count = stack_count,
		.first = room_cleared(frame_count + 1, sizeof(size_t)),
		.many = room_cleared(frame_count + 1, sizeof(uint32_t)),
		.known = room_cleared(frame_count + 1, sizeof(bool)),
	};
}

void alias_company_deinit(struct alias_company *company)
{
	free(company->all);
	free(company->first);
	free(company->many);
	free(company->known);
}
