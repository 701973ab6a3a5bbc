#include "indexer/target/processor.h"

#include "indexer/target/kdbg.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/meaning.h"

/* Stacks are 12 to 24 KiB, 64 with a GUI's large one. */
#define STACK_MOST 0x20000
#define DPC_STACK_BYTES 0x6000

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

/* The processor whose KPRCB this is. */
static bool find_at(const struct target *target, uint64_t prcb,
		    struct processor *ret)
{
	struct processor found = { .prcb = prcb };
	uint32_t offset;

	if (!space_is_kernel(target, prcb))
		return false;
	if (!kdbg_offset(target, KDBG_PRCB_THREAD, &offset))
		offset = target->dump->pointer_bytes == 8 ? 8 : 4;
	if (!space_pointer(target, prcb + offset, &found.thread) ||
	    !space_is_kernel(target, found.thread))
		found.thread = 0;
	found.context = find_context(target, prcb);
	*ret = found;
	return true;
}

bool processor_find(const struct target *target, unsigned n,
		    struct processor *ret)
{
	const unsigned size = target->dump->pointer_bytes;
	uint64_t table, prcb;

	return n < LIMIT_PROCESSORS &&
	       kdbg_pointer(target, KDBG_PROCESSOR_BLOCK, &table) &&
	       space_pointer(target, table + (uint64_t)n * size, &prcb) &&
	       find_at(target, prcb, ret);
}

/*
 * KTHREAD: the limit has always been the word behind the initial stack pointer;
 * where the base is, debuggers are told since 8.  What the thread may not use
 * above its initial stack pointer is less than a page.
 */
bool processor_stack(const struct target *target,
		     const struct processor *processor, uint64_t *low,
		     uint64_t *high)
{
	const unsigned size = target->dump->pointer_bytes;
	uint32_t offset, base_offset;
	uint64_t top, limit, base;

	if (!processor->thread ||
	    !kdbg_offset(target, KDBG_THREAD_INITIAL_STACK, &offset) ||
	    !space_pointer(target, processor->thread + offset, &top) ||
	    !space_pointer(target, processor->thread + offset + size, &limit))
		return false;
	base = (top + SPACE_PAGE_BYTES - 1) & ~(SPACE_PAGE_BYTES - 1);
	if (kdbg_offset(target, KDBG_STACK_BASE, &base_offset) &&
	    !space_pointer(target, processor->thread + base_offset, &base))
		return false;
	if (!space_is_kernel(target, limit) || limit % SPACE_PAGE_BYTES != 0 ||
	    base % SPACE_PAGE_BYTES != 0 || base <= limit ||
	    base - limit > STACK_MOST)
		return false;
	*low = limit;
	*high = base;
	return true;
}

/*
 * KPRCB: the current, the next and the idle thread have always been next to
 * each other (types in Microsoft's public symbols); debuggers are told since 8.
 */
bool processor_is_idle(const struct target *target,
		       const struct processor *processor)
{
	const unsigned size = target->dump->pointer_bytes;
	uint32_t offset;
	uint64_t idle;

	if (!kdbg_offset(target, KDBG_PRCB_IDLE_THREAD, &offset)) {
		if (!kdbg_offset(target, KDBG_PRCB_THREAD, &offset))
			offset = size;
		offset += 2 * size;
	}
	return processor->thread &&
	       space_pointer(target, processor->prcb + offset, &idle) &&
	       idle == processor->thread;
}

bool processor_dpc_stack(const struct target *target,
			 const struct processor *processor, uint64_t *low,
			 uint64_t *high)
{
	uint32_t offset;
	uint64_t end;

	if (!kdbg_offset(target, KDBG_PRCB_DPC_STACK, &offset) ||
	    !space_pointer(target, processor->prcb + offset, &end) ||
	    !space_is_kernel(target, end) || end % 16 != 0)
		return false;
	*low = end - DPC_STACK_BYTES;
	*high = end;
	return true;
}

bool processor_stack_around(const struct target *target, uint64_t sp,
			    uint64_t *low, uint64_t *high)
{
	const struct crash_number cpus = target->crash->machine.cpus;

	for (unsigned n = 0;
	     cpus.known && n < cpus.value && n < LIMIT_PROCESSORS; n++) {
		struct processor processor;
		uint64_t limit, base;
		if (!processor_find(target, n, &processor) ||
		    !processor_stack(target, &processor, &limit, &base) ||
		    sp < limit || sp >= base)
			continue;
		*low = limit;
		*high = base;
		return true;
	}
	return false;
}

bool processor_hung(const struct target *target, struct processor *ret)
{
	const struct crash *crash = target->crash;

	if (!meaning_is_hang(&crash->bugcheck))
		return false;
	for (unsigned i = 0; i < 4; i++) {
		const uint64_t value = crash->bugcheck.args[i].value;
		if (!crash->bugcheck.args[i].known)
			continue;
		switch (meaning_argument(&crash->bugcheck, i)) {
		case ROLE_PRCB:
			return find_at(target, value, ret);
		case ROLE_CPU_INDEX:
			return value < LIMIT_PROCESSORS &&
			       processor_find(target, (unsigned)value, ret);
		default:
			break;
		}
	}
	return false;
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
