/*
 * start.h - where the walk begins: at the fault, not in the code that stopped
 * the machine.
 *
 * The arguments of most bugchecks lead to a context or a trap frame; others
 * name an instruction whose trap frame or context lies on the saved stack.
 * Everything is checked for plausibility before it is believed, and against
 * the instruction pointer among the arguments where there is one.
 */
#ifndef TARGET_START_H
#define TARGET_START_H

#include "indexer/target/unwind.h"

struct start {
	struct cpu cpu;
	enum crash_how how; /* CRASH_HOW_CONTEXT or _TRAP_FRAME */
	bool is_fault;	    /* false: KeBugCheckEx as the header has it */
	bool is_bare;	    /* only the ip is known, from an argument */
};

bool start_find(struct unwind *unwind, struct start *ret);

/* The stack pointer where the machine stopped: in KeBugCheckEx, mostly. */
bool start_stopped(const struct target *target, uint64_t *ret);

/* The instruction pointer among the bugcheck's arguments. */
bool start_argument_ip(const struct crash *crash, uint64_t *ret);

/* Fill crash->exception from arguments, records and the dump. */
void start_exception(struct target *target);

#endif
