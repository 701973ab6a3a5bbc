/*
 * bounds.h - how far a stack reaches.
 */
#ifndef TARGET_BOUNDS_H
#define TARGET_BOUNDS_H

#include "indexer/target/unwind.h"

/*
 * Set unwind->low, high and is_limited to the stack that sp lies on: what was
 * saved by name, or the memory present from sp on without a gap, as far as the
 * thread's own stack goes.  At most LIMIT_STACK_BYTES either way.  A stack that
 * is set already and holds sp is kept.
 */
void bounds_set(struct unwind *unwind, uint64_t sp);

/* The same for the stack on which the machine stopped, where it is known. */
void bounds_stopped(struct unwind *unwind);

#endif
