#include "indexer/target/stack.h"

#include "indexer/target/blame.h"
#include "indexer/target/bounds.h"
#include "indexer/target/others.h"
#include "indexer/target/residue.h"
#include "indexer/target/thread_start.h"
#include "indexer/target/walk.h"

/* A word on the stack, known to point into a module; no landing yet. */
static struct crash_candidate *keep_word(const struct walk *walk, uint64_t slot,
					 uint64_t word)
{
	struct crash *crash = walk->unwind.target->crash;
	const struct crash_module *module =
		code_module(walk->unwind.code, word)->module;
	struct crash_candidate *candidate =
		&crash->candidates[crash->candidate_count++];

	*candidate = (struct crash_candidate){
		.module = (uint32_t)(module - crash->modules),
		.offset = (uint32_t)(word - module->base),
		.slot = (uint32_t)(slot - walk->origin),
		.how = CRASH_HOW_SCAN
	};
	return candidate;
}

/* What a later pass over the whole corpus needs to settle this stack. */
static void keep_evidence(struct walk *walk)
{
	struct crash *crash = walk->unwind.target->crash;
	const struct chain *chain = walk->chain;
	struct thread_start start;

	if (chain == NULL)
		return;
	crash->candidates =
		arena_take(walk->unwind.target->arena, chain->count + 1,
			   sizeof(*crash->candidates));
	for (size_t i = 0; i < chain->count; i++) {
		const struct chain_slot *slot = &chain->slots[i];
		struct crash_candidate *candidate =
			keep_word(walk, slot->slot, slot->ip);

		if (slot->has_landing) {
			candidate->landing =
				(uint32_t)(chain->slots[slot->landing].slot -
					   walk->origin);
			candidate->how = (uint8_t)slot->how;
		} else if (slot->is_entry) {
			candidate->landing = candidate->slot;
			candidate->how = CRASH_HOW_TRAP_FRAME;
		}
	}
	if (chain->count < LIMIT_CANDIDATES &&
	    thread_start_find(chain, &start)) {
		struct crash_candidate *routine =
			keep_word(walk, start.slot, start.routine);

		routine->landing = routine->slot;
		routine->how = CRASH_HOW_CONTEXT;
	}
}

static void keep_trail(struct crash *crash, struct arena *arena,
		       const struct trail *trail)
{
	crash->trail = arena_take(arena, trail->count, sizeof(*crash->trail));
	crash->trail_count = trail->count;
	for (size_t i = 0; i < trail->count; i++) {
		const struct trail_function *function = &trail->functions[i];

		crash->trail[i] = (struct crash_function){
			.module =
				crash_module_canonical(function->module->name),
			.build = function->module->build,
			.entry = function->entry,
			.begin = function->begin,
			.end = function->end,
		};
	}
}

static bool is_exact(const struct walk *walk)
{
	for (size_t i = 0; i < walk->count; i++)
		if (walk->frames[i].how == CRASH_HOW_EPILOGUE ||
		    walk->frames[i].how == CRASH_HOW_SCAN)
			return false;
	return walk->end == CRASH_STACK_COMPLETE;
}

void stack_examine(struct target *target)
{
	struct crash *crash = target->crash;
	struct walk walk = { 0 };
	struct start start = { 0 };

	if (target->dump->is_text)
		return;
	unwind_x64_init(&walk.unwind, target);
	start_exception(target);
	bounds_stopped(&walk.unwind);
	if (start_find(&walk.unwind, &start)) {
		if (start.is_fault)
			trail_find(&walk.unwind, start.cpu.ip, &walk.trail);
		walk_run(&walk, &start);
	}
	crash->stack.frames = walk.frames;
	crash->stack.count = walk.count;
	crash->stack.end = walk.end;
	if (walk.count > 0 && walk.chain == NULL && !is_exact(&walk) &&
	    crash->machine.arch != CRASH_ARM64)
		walk.chain = chain_create(&walk.unwind, walk.origin);
	keep_evidence(&walk);
	keep_trail(crash, target->arena, &walk.trail);
	others_examine(&walk);
	residue_examine(&walk.unwind);
	blame_examine(target, start.is_fault);
}
