/*
 * processor.h - the processors of the dead machine and what they ran.
 */
#ifndef TARGET_PROCESSOR_H
#define TARGET_PROCESSOR_H

#include "indexer/target/target.h"

struct processor {
	uint64_t prcb;	  /* KPRCB */
	uint64_t thread;  /* its current KTHREAD; 0 = not readable */
	uint64_t context; /* CONTEXT saved when it was frozen; 0 = none known */
};

/* Processor n by the kernel's own table; false when it cannot be read. */
bool processor_find(const struct target *target, unsigned n,
		    struct processor *ret);

/* The one that crashed: whose stack or context the header's context is in. */
bool processor_crashed(const struct target *target, struct processor *ret);

/* Is its current thread the one that runs when there is nothing to do? */
bool processor_is_idle(const struct target *target,
		       const struct processor *processor);

/* The kernel stack of its current thread: [low, high). */
bool processor_stack(const struct target *target,
		     const struct processor *processor, uint64_t *low,
		     uint64_t *high);

/* The stack its interrupts' second halves run on; 64-bit, 8 and later. */
bool processor_dpc_stack(const struct target *target,
			 const struct processor *processor, uint64_t *low,
			 uint64_t *high);

/* The stack, of those that threads run on, which sp lies in. */
bool processor_stack_around(const struct target *target, uint64_t sp,
			    uint64_t *low, uint64_t *high);

/*
 * The one that a bugcheck about a hung processor names; false when it names
 * none.
 */
bool processor_hung(const struct target *target, struct processor *ret);

/* The stack pointer of a CONTEXT at va. */
bool processor_stack_pointer(const struct target *target, uint64_t context,
			     uint64_t *ret);

#endif
