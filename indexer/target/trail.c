#include "indexer/target/trail.h"

#include "indexer/target/space.h"

enum {
	WORD = 8,
	PAGE_BYTES = 0x1000,
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

/* The module says so, and nothing against it is known. */
static bool may_hold(const struct trail_function *function, uint64_t ip)
{
	return function->end == 0 &&
	       ip - function->module->base < function->module->bytes;
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

static bool take_table(struct unwind *unwind, uint64_t va, uint64_t ip,
		       struct trail *ret)
{
	const struct target *target = unwind->target;
	uint64_t low, high;
	uint32_t count;

	if (!space_u32(target, va, &count) || count == 0 ||
	    count > LIMIT_TRAIL || !space_u64(target, va + LOW_AT, &low) ||
	    !space_u64(target, va + HIGH_AT, &high) || ip < low || ip >= high)
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
	return holds(&ret->functions[0], ip) ||
	       may_hold(&ret->functions[0], ip);
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
	    !(holds(&last, ret->last_ip) || may_hold(&last, ret->last_ip)) ||
	    !space_u64(target, va + FRAME_AT, &ret->last_frame) ||
	    !space_u64(target, va + TABLE_AT, &table) || table % WORD != 0 ||
	    !take_table(unwind, table, ip, ret))
		return false;
	for (size_t i = 0; i < ret->count; i++)
		if (ret->functions[i].module == last.module &&
		    ret->functions[i].entry == last.entry)
			return true;
	return ret->count == LIMIT_TRAIL;
}

void trail_find(struct unwind *unwind, uint64_t ip, struct trail *ret)
{
	uint64_t va = (unwind->low + WORD - 1) & ~(uint64_t)(WORD - 1);

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

			/* an ImageBase, which hardly any other word looks like
			 */
			if (word % PAGE_BYTES == 0 && word != 0 &&
			    take_context(unwind, va - BASE_AT, ip, ret))
				return;
		}
	}
	*ret = (struct trail){ 0 };
}

enum trail_answer trail_ask(const struct trail *trail, uint64_t ip)
{
	if (trail->passed >= trail->count)
		return TRAIL_SILENT;
	if (holds(&trail->functions[trail->passed], ip))
		return TRAIL_NEXT;
	for (size_t i = 0; i <= trail->passed; i++)
		if (holds(&trail->functions[i], ip) ||
		    may_hold(&trail->functions[i], ip))
			return TRAIL_POSSIBLE;
	return TRAIL_AGAINST;
}

void trail_pass(struct trail *trail, uint64_t ip)
{
	if (trail->passed >= trail->count)
		return;
	for (size_t i = 0; i < trail->passed; i++)
		if (holds(&trail->functions[i], ip))
			return; /* called again */
	if (holds(&trail->functions[trail->passed], ip) ||
	    may_hold(&trail->functions[trail->passed], ip))
		trail->passed++;
}
