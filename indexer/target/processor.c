#include "indexer/target/processor.h"

#include "indexer/target/kdbg.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"

/* Stacks are 12 to 24 KiB, 64 with a GUI's large one. */
#define STACK_MOST 0x20000

/* The place of the stack pointer in a CONTEXT. */
static unsigned stack_pointer_offset(const struct target *target)
{
	if (target->crash->machine.arch == CRASH_ARM64)
		return 0x100;
	return target->dump->pointer_bytes == 8 ? 0x98 : 0xc4;
}

bool processor_stack_pointer(const struct target *target, uint64_t context,
			     uint64_t *ret)
{
	return context &&
	       space_pointer(target, context + stack_pointer_offset(target),
			     ret);
}

static uint64_t find_context(const struct target *target, uint64_t prcb)
{
	uint32_t offset;
	uint64_t va;

	/* Windows 7 on keeps a pointer; before, the copy inside is filled. */
	if (kdbg_offset(target, KDBG_PRCB_CONTEXT, &offset) &&
	    space_pointer(target, prcb + offset, &va) &&
	    space_is_kernel(target, va))
		return va;
	if (kdbg_offset(target, KDBG_PRCB_STATE, &offset))
		return prcb + offset;
	return 0;
}

bool processor_find(const struct target *target, unsigned n,
		    struct processor *ret)
{
	const unsigned size = target->dump->pointer_bytes;
	struct processor found = { 0 };
	uint64_t table;
	uint32_t offset;

	if (n >= LIMIT_PROCESSORS ||
	    !kdbg_pointer(target, KDBG_PROCESSOR_BLOCK, &table) ||
	    !space_pointer(target, table + (uint64_t)n * size, &found.prcb) ||
	    !space_is_kernel(target, found.prcb))
		return false;
	if (!kdbg_offset(target, KDBG_PRCB_THREAD, &offset))
		offset = size == 8 ? 8 : 4;
	if (!space_pointer(target, found.prcb + offset, &found.thread) ||
	    !space_is_kernel(target, found.thread))
		found.thread = 0;
	found.context = find_context(target, found.prcb);
	*ret = found;
	return true;
}

static bool header_stack_pointer(const struct target *target, uint64_t *ret)
{
	struct bytes in = target->dump->context;

	bytes_skip(&in, stack_pointer_offset(target));
	*ret = target->dump->pointer_bytes == 8 ? bytes_u64(&in)
						: bytes_u32(&in);
	return !in.failed && *ret != 0;
}

static bool runs_on(const struct target *target, uint64_t thread, uint64_t sp)
{
	uint32_t offset;
	uint64_t top;

	return thread &&
	       kdbg_offset(target, KDBG_THREAD_INITIAL_STACK, &offset) &&
	       space_pointer(target, thread + offset, &top) && sp <= top &&
	       top - sp <= STACK_MOST;
}

bool processor_crashed(const struct target *target, struct processor *ret)
{
	const struct crash_number cpus = target->crash->machine.cpus;
	struct processor seen;
	struct processor by_stack = { 0 };
	uint64_t wanted;
	uint64_t sp;

	if (!header_stack_pointer(target, &wanted) || !cpus.known)
		return false;
	for (unsigned n = 0; n < cpus.value && n < LIMIT_PROCESSORS; n++) {
		if (!processor_find(target, n, &seen))
			continue;
		if (processor_stack_pointer(target, seen.context, &sp) &&
		    sp == wanted) {
			*ret = seen;
			return true;
		}
		if (!by_stack.prcb && runs_on(target, seen.thread, wanted))
			by_stack = seen;
	}
	if (!by_stack.prcb)
		return false;
	*ret = by_stack;
	return true;
}
