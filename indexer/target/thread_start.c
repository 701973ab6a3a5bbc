#include "indexer/target/thread_start.h"

#include "indexer/target/space.h"

enum {
	ROUTINE = 0x18 /* from the first return address */
};

/* Does a candidate in the frame below the last one return into the routine? */
static bool is_called(const struct chain *chain, uint64_t routine)
{
	const struct chain_slot *last = &chain->slots[chain->count - 1];

	for (size_t i = chain->count - 1; i-- > 0;) {
		const struct chain_slot *below = &chain->slots[i];

		if (last->slot - below->slot > CRASH_ROUTINE_FRAME)
			break;
		if (below->ip > routine &&
		    below->ip - routine < CRASH_ROUTINE_BYTES)
			return true;
	}
	return false;
}

bool thread_start_find(const struct chain *chain, struct thread_start *ret)
{
	const struct target *target = chain->unwind->target;
	struct code *code = chain->unwind->code;
	const struct chain_slot *last;

	if (target->crash->machine.arch != CRASH_X64 || chain->count < 2)
		return false;
	last = &chain->slots[chain->count - 1];
	ret->slot = last->slot + ROUTINE;
	return space_pointer(target, ret->slot, &ret->routine) &&
	       code_is_possible(code, ret->routine) &&
	       code_module(code, ret->routine) == code_module(code, last->ip) &&
	       is_called(chain, ret->routine);
}
