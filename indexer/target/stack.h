/*
 * stack.h - the stack a debugger with symbols would show, and what follows
 * from it: whom to blame, what else lies on the stack.
 */
#ifndef TARGET_STACK_H
#define TARGET_STACK_H

#include "indexer/target/target.h"

/*
 * Fill crash->exception, stack, fault, candidates, processors and residue.
 * Wants the module list and the address space.  Every walk ends, with a reason
 * in crash->stack.end.
 */
void stack_examine(struct target *target);

#endif
