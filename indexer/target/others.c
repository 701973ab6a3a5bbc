#include "indexer/target/others.h"

#include <string.h>

#include "indexer/target/processor.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/meaning.h"

enum {
	WALKED_MOST = 128 /* processors; a walk takes up to a millisecond */
};

/* Drivers in which a processor is put to sleep. */
static const char *const idle_drivers[] = { "intelppm.sys", "amdppm.sys",
					    "processr.sys", "amdk8.sys",
					    "hvservice.sys" };

static bool is_idle_module(const char *name)
{
	for (size_t i = 0; i < sizeof(idle_drivers) / sizeof(*idle_drivers);
	     i++)
		if (strcmp(name, idle_drivers[i]) == 0)
			return true;
	return osmodule_tier(name) == OSMODULE_NEVER;
}

/*
 * In the idle thread, and in nobody's code but the kernel's: deferred calls run
 * in the idle thread, too.
 */
static bool is_idle(const struct target *target,
		    const struct processor *processor, const struct walk *walk)
{
	if (!processor_is_idle(target, processor))
		return false;
	for (size_t i = 0; i < walk->count; i++)
		if (walk->frames[i].module != NULL &&
		    !is_idle_module(walk->frames[i].module))
			return false;
	return true;
}

/* The processor whose stack is crash->stack already. */
static bool find_own(const struct walk *own, struct processor *ret)
{
	const struct target *target = own->unwind.target;
	uint64_t sp;

	return (processor_hung(target, ret) &&
		processor_stack_pointer(target, ret->context, &sp) &&
		sp == own->origin) ||
	       processor_crashed(target, ret);
}

static bool walk_one(const struct walk *own, const struct processor *processor,
		     struct walk *walk)
{
	const struct target *target = own->unwind.target;
	struct start start = { .how = CRASH_HOW_CONTEXT };
	uint64_t sp;

	if (!processor_stack_pointer(target, processor->context, &sp) ||
	    !space_is_kernel(target, sp) || sp == own->origin ||
	    !cpu_from_context_at(target, processor->context, &start.cpu))
		return false;
	*walk = (struct walk){ .unwind = own->unwind };
	walk->unwind.low = walk->unwind.high = 0;
	walk_run(walk, &start);
	return walk->end != CRASH_STACK_ABSENT &&
	       !is_idle(target, processor, walk);
}

static void keep(struct crash *crash, unsigned number, const struct walk *walk)
{
	struct crash_processor *to =
		&crash->processors[crash->processor_count++];

	to->number = number;
	to->stack = (struct crash_stack){ .frames = walk->frames,
					  .count = walk->count,
					  .end = walk->end };
	if (to->stack.count > LIMIT_OTHER_FRAMES) {
		to->stack.count = LIMIT_OTHER_FRAMES;
		to->stack.end = CRASH_STACK_LIMIT;
	}
	for (size_t i = 0; i < to->stack.count; i++)
		to->stack.frames[i].slot = to->stack.frames[i].fingerprint = 0;
}

void others_examine(const struct walk *own)
{
	const struct target *target = own->unwind.target;
	struct crash *crash = target->crash;
	struct processor crashed, other;
	unsigned walked = 0;

	if (!meaning_is_hang(&crash->bugcheck) || !crash->machine.cpus.known ||
	    !find_own(own, &crashed))
		return;
	crash->processors = arena_take(target->arena, LIMIT_OTHERS,
				       sizeof(*crash->processors));
	for (unsigned n = 0;
	     n < crash->machine.cpus.value && n < LIMIT_PROCESSORS &&
	     walked < WALKED_MOST && crash->processor_count < LIMIT_OTHERS;
	     n++) {
		struct walk walk;
		if (!processor_find(target, n, &other) ||
		    other.prcb == crashed.prcb)
			continue;
		walked++;
		if (walk_one(own, &other, &walk))
			keep(crash, n, &walk);
	}
}
