#include "indexer/target/chain.h"

#include "indexer/target/space.h"
#include "indexer/target/trap.h"
#include "signatures/base/limits.h"

enum {
	FUNCTION_BYTES = 0x8000, /* a frame's ip is so near its function */
	GAP_BYTES = 0x1000,	 /* no frame seen is larger */
	LINKS_ENOUGH = 3,
	SWITCHED_AT = 0x58, /* see switched.c */
	CALL_POINTS = 2,    /* a call does stand before a linked candidate */
	GOAL_POINTS = 4,    /* and it calls the function of the frame above */
	FLOOR_POINTS = 1,   /* leftovers in the frame above are ruled out */
	FIRST_POINTS = 1,   /* next above a function that does not return */
	TRAIL_POINTS = 8,   /* the machine itself passed this function next */
	POINTS_ENOUGH = 2
};

static void collect(struct chain *chain, uint64_t from)
{
	struct unwind *unwind = chain->unwind;
	const struct target *target = unwind->target;
	const unsigned width = target->dump->pointer_bytes;
	struct chain_slot *found =
		arena_take(target->arena, LIMIT_CANDIDATES, sizeof(*found));
	/* x64 keeps the stack aligned at calls: return slots end in 8 */
	const unsigned stride = width == 8 ? 16 : 4;
	uint64_t slot = width == 8 ? ((from + 7) & ~UINT64_C(15)) + 8
				   : (from + 3) & ~UINT64_C(3);

	for (; slot < unwind->high && chain->count < LIMIT_CANDIDATES;
	     slot += stride) {
		struct chain_slot entry = { .slot = slot };
		if (!space_pointer(target, slot, &entry.ip) ||
		    !code_is_possible(unwind->code, entry.ip))
			continue;
		const enum disasm_answer answer = disasm_call_before(
			unwind->disasm, entry.ip, &entry.goal);
		if (answer == DISASM_NO)
			continue;
		entry.is_call = answer == DISASM_YES;
		found[chain->count++] = entry;
	}
	chain->slots = found;
}

static bool find(const struct chain *chain, uint64_t slot, uint32_t *ret)
{
	size_t low = 0, high = chain->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (chain->slots[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == chain->count || chain->slots[low].slot != slot)
		return false;
	*ret = (uint32_t)low;
	return true;
}

static void link_up(struct chain *chain, struct chain_slot *entry)
{
	struct unwind *unwind = chain->unwind;
	struct cpu cpu = { .ip = entry->ip };
	struct unwind_step step;
	struct trap trap;
	uint64_t floor;

	cpu_set(&cpu, CPU_SP,
		entry->slot + unwind->target->dump->pointer_bytes);
	if (trap_above(unwind->target, unwind->code, cpu.reg[CPU_SP], &trap) ||
	    (cpu_knows(&unwind->left, CPU_SP) &&
	     unwind->high - entry->slot == SWITCHED_AT)) {
		entry->links = LINKS_ENOUGH;
		entry->is_entry = true;
		return;
	}
	if (!unwind_x64(unwind, &cpu, false, &step) &&
	    !unwind_epilogue(unwind, &cpu, &step, &floor))
		return;
	if (step.slot > entry->slot &&
	    find(chain, step.slot, &entry->landing)) {
		entry->has_landing = true;
		entry->how = step.how;
	}
}

struct chain *chain_create(struct unwind *unwind, uint64_t from)
{
	struct chain *chain =
		arena_take(unwind->target->arena, 1, sizeof(*chain));

	chain->unwind = unwind;
	if (from >= unwind->low && from < unwind->high)
		collect(chain, from);
	for (size_t i = chain->count; i-- > 0;) {
		struct chain_slot *entry = &chain->slots[i];
		link_up(chain, entry);
		if (entry->has_landing)
			entry->links = chain->slots[entry->landing].links + 1;
	}
	return chain;
}

/* A call that does not return is followed by a breakpoint, or no code. */
static bool is_last_call(const struct chain *chain, uint64_t ip)
{
	const struct disasm_insn *insn = disasm_at(chain->unwind->disasm, ip);

	return insn != NULL && insn->kind == DISASM_STOP;
}

/*
 * Where an entry says that a frame stands, though it may be a leftover itself.
 * A call that does not return leaves no leftovers.
 */
static const struct chain_slot *what_stays(const struct chain *chain,
					   const struct chain_slot *entry)
{
	if (is_last_call(chain, entry->ip))
		return entry;
	return entry->has_landing ? &chain->slots[entry->landing] : NULL;
}

/* How much speaks for entry being the caller of the frame `from`? */
static unsigned points(const struct chain_slot *entry, const struct cpu *from,
		       uint64_t floor)
{
	unsigned sum =
		entry->links < LINKS_ENOUGH ? entry->links : LINKS_ENOUGH;

	if (entry->links > 0 && entry->is_call)
		sum += CALL_POINTS;
	if (entry->links > 0 && floor > 0)
		sum += FLOOR_POINTS;
	if (entry->goal != 0 && entry->goal <= from->ip &&
	    from->ip - entry->goal < FUNCTION_BYTES)
		sum += GOAL_POINTS;
	return sum;
}

/*
 * The word that is the next function's return address; NULL: not known.  A
 * function that was called again, as IofCallDriver is for each driver, is on
 * the trail once: on the way there may be frames of it.
 */
static const struct chain_slot *on_trail(const struct chain *chain,
					 const struct trail *trail,
					 uint64_t first, enum crash_how *how)
{
	const size_t next = trail->passed;

	if (next >= trail->count || trail->slots[next] < first)
		return NULL;
	for (size_t i = 0; i < chain->count; i++) {
		const struct chain_slot *entry = &chain->slots[i];

		if (entry->slot == trail->slots[next]) {
			if (trail->is_sure[next])
				*how = CRASH_HOW_UNWIND;
			return entry;
		}
		if (entry->slot >= first && trail_repeats(trail, entry->ip))
			return entry;
	}
	return NULL;
}

/* The best of those that are not too far away; *how says what it is. */
static const struct chain_slot *best_of(const struct chain *chain,
					const struct cpu *from, uint64_t floor,
					const struct trail *trail,
					enum crash_how *how)
{
	const uint64_t first = from->reg[CPU_SP] + floor;
	const struct chain_slot *best = NULL;
	const struct chain_slot *fallback = NULL;
	unsigned best_points = POINTS_ENOUGH - 1;
	bool is_first = is_last_call(chain, from->ip);

	for (size_t i = 0; i < chain->count; i++) {
		const struct chain_slot *entry = &chain->slots[i];
		if (entry->slot < first)
			continue;
		/* what lies beyond is callers of callers */
		if (entry->slot - first > GAP_BYTES ||
		    (fallback != NULL && entry->slot >= fallback->slot))
			break;
		const enum trail_answer answer =
			trail_ask(trail, entry->slot, entry->ip);
		unsigned sum = points(entry, from, floor);
		if (is_first && entry->links > 0)
			sum += FIRST_POINTS;
		if (answer == TRAIL_NEXT)
			sum += TRAIL_POINTS;
		is_first = false;
		if (answer != TRAIL_AGAINST && sum > best_points) {
			best = entry;
			best_points = sum;
			*how = answer == TRAIL_NEXT ? CRASH_HOW_UNWIND
						    : CRASH_HOW_SCAN;
		}
		const struct chain_slot *stays = what_stays(chain, entry);
		if (stays != NULL &&
		    trail_ask(trail, stays->slot, stays->ip) != TRAIL_AGAINST &&
		    (fallback == NULL || stays->slot < fallback->slot))
			fallback = stays;
	}
	return best != NULL ? best : fallback;
}

bool chain_next(const struct chain *chain, const struct cpu *from,
		uint64_t floor, const struct trail *trail,
		struct unwind_step *ret)
{
	enum crash_how how = CRASH_HOW_SCAN;
	const struct chain_slot *next =
		on_trail(chain, trail, from->reg[CPU_SP], &how);

	if (next == NULL)
		next = best_of(chain, from, floor, trail, &how);
	if (next == NULL)
		return false;
	*ret = (struct unwind_step){ .slot = next->slot,
				     .how = how,
				     .cpu.ip = next->ip };
	cpu_set(&ret->cpu, CPU_SP,
		next->slot + chain->unwind->target->dump->pointer_bytes);
	return true;
}
