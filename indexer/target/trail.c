#include "indexer/target/trail.h"

#include "indexer/target/space.h"

enum {
	WORD = 8,
	FUNCTION_BYTES = 12, /* RUNTIME_FUNCTION */
	/* DISPATCHER_CONTEXT */
	BASE_AT = 0x08,
	ENTRY_AT = 0x10,
	FRAME_AT = 0x18,
	TABLE_AT = 0x40,
	/* UNWIND_HISTORY_TABLE */
	LOW_AT = 0x08,
	HIGH_AT = 0x10,
	LIST_AT = 0x18,
	LIST_BYTES = 0x10
};

static bool holds(const struct trail_function *function, uint64_t ip)
{
	const uint64_t rva = ip - function->module->base;

	return function->end != 0 && rva >= function->begin &&
	       rva < function->end;
}

bool trail_holds(const struct trail_function *function, uint64_t ip)
{
	return holds(function, ip) ||
	       (function->end == 0 &&
		ip - function->module->base < function->module->bytes);
}

/* An entry of the exception directory of the module at base. */
static bool take_function(struct unwind *unwind, uint64_t base, uint64_t entry,
			  struct trail_function *ret)
{
	const struct code_module *found = code_module(unwind->code, entry);
	uint8_t raw[FUNCTION_BYTES];

	if (found == NULL || found->module->base != base || entry % 4 != 0)
		return false;
	*ret = (struct trail_function){ .module = found->module,
					.entry = (uint32_t)(entry - base) };
	if (!code_read(unwind->code, found, ret->entry, raw, sizeof(raw)))
		return true;

	struct bytes in = bytes_of(raw, sizeof(raw));

	ret->begin = bytes_u32(&in);
	ret->end = bytes_u32(&in);
	return ret->begin != 0 && ret->begin < ret->end &&
	       ret->end <= found->module->bytes;
}

static bool take_table(struct unwind *unwind, uint64_t va, struct trail *ret)
{
	const struct target *target = unwind->target;
	uint32_t count;

	if (!space_u32(target, va, &count) || count == 0 ||
	    count > LIMIT_TRAIL || !space_u64(target, va + LOW_AT, &ret->low) ||
	    !space_u64(target, va + HIGH_AT, &ret->high) ||
	    ret->low >= ret->high)
		return false;
	for (ret->count = 0; ret->count < count; ret->count++) {
		const uint64_t at = va + LIST_AT + ret->count * LIST_BYTES;
		uint64_t base, entry;

		if (!space_u64(target, at, &base) ||
		    !space_u64(target, at + WORD, &entry) ||
		    !take_function(unwind, base, entry,
				   &ret->functions[ret->count]))
			return false;
	}
	return true;
}

/* A dispatcher stood in a function that its table has, if it had room. */
static bool take_context(struct unwind *unwind, uint64_t va, uint64_t ip,
			 struct trail *ret)
{
	const struct target *target = unwind->target;
	struct trail_function last;
	uint64_t base, entry, table;

	if (!space_u64(target, va, &ret->last_ip) ||
	    !space_u64(target, va + BASE_AT, &base) ||
	    !space_u64(target, va + ENTRY_AT, &entry) ||
	    !take_function(unwind, base, entry, &last) ||
	    !trail_holds(&last, ret->last_ip) ||
	    !space_u64(target, va + FRAME_AT, &ret->last_frame) ||
	    !space_u64(target, va + TABLE_AT, &table) || table % WORD != 0 ||
	    !take_table(unwind, table, ret))
		return false;
	ret->is_leaf = ip < ret->low || ip >= ret->high ||
		       !trail_holds(&ret->functions[0], ip);
	for (size_t i = 0; i < ret->count; i++)
		if (ret->functions[i].module == last.module &&
		    ret->functions[i].entry == last.entry) {
			ret->has_last = i + 1 == ret->count;
			return true;
		}
	return ret->count == LIMIT_TRAIL;
}

/* The nearest one that fits; else the nearest that might, of a leaf. */
void trail_find(struct unwind *unwind, uint64_t ip, struct trail *ret)
{
	uint64_t va = (unwind->low + WORD - 1) & ~(uint64_t)(WORD - 1);
	struct trail trail;

	*ret = (struct trail){ 0 };
	if (unwind->target->crash->machine.arch != CRASH_X64)
		return;
	while (va < unwind->high) {
		struct bytes view =
			space_view(unwind->target, va, unwind->high - va);

		if (view.failed || bytes_left(&view) < WORD) {
			va += WORD;
			continue;
		}
		for (; bytes_left(&view) >= WORD; va += WORD) {
			const uint64_t word = bytes_u64(&view);

			/* hardly any other word looks like an ImageBase */
			if (word % SPACE_PAGE_BYTES != 0 || word == 0)
				continue;
			trail = (struct trail){ 0 };
			if (!take_context(unwind, va - BASE_AT, ip, &trail) ||
			    (trail.is_leaf && ret->count > 0))
				continue;
			*ret = trail;
			if (!trail.is_leaf)
				return;
		}
	}
}

bool trail_repeats(const struct trail *trail, uint64_t ip)
{
	for (size_t i = 0; i < trail->passed; i++)
		if (trail->ips[i] == ip || holds(&trail->functions[i], ip))
			return true;
	return false;
}

enum trail_answer trail_ask(const struct trail *trail, uint64_t slot,
			    uint64_t ip)
{
	const size_t next = trail->passed;

	if (next >= trail->count)
		return TRAIL_SILENT;
	if (trail->slots[next] != 0 && slot >= trail->slots[next])
		return slot > trail->slots[next] ? TRAIL_AGAINST
		       : trail->is_sure[next]	 ? TRAIL_NEXT
						 : TRAIL_LIKELY;
	if (trail->slots[next] == 0 && holds(&trail->functions[next], ip))
		return TRAIL_NEXT;
	for (size_t i = 0; i <= next; i++)
		if (trail_holds(&trail->functions[i], ip))
			return TRAIL_POSSIBLE;
	return TRAIL_AGAINST;
}

void trail_pass(struct trail *trail, uint64_t slot, uint64_t ip)
{
	const size_t next = trail->passed;

	if (next >= trail->count)
		return;
	if (trail->slots[next] != 0) {
		while (trail->passed < trail->count &&
		       trail->slots[trail->passed] != 0 &&
		       trail->slots[trail->passed] <= slot)
			trail->passed++;
		return;
	}
	for (size_t i = 0; i < next; i++)
		if (holds(&trail->functions[i], ip))
			return; /* called again */
	if (trail_holds(&trail->functions[next], ip))
		trail->passed++;
}
