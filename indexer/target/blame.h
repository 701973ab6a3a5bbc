/*
 * blame.h - the module that a good engineer would look at first.
 *
 * In order: the module of the faulting instruction, unless it is one that only
 * carried the fault (the kernel, the HAL); what the arguments name outright;
 * the first module on the true stack that is no such carrier; objects and pool
 * tags among the arguments; for a processor that hangs, the one driver that
 * others were in; the kernel, where nobody else is there.  Some
 * bugchecks have an order of their own: see the table in blame.c.
 */
#ifndef TARGET_BLAME_H
#define TARGET_BLAME_H

#include "indexer/target/target.h"

/*
 * Fill crash->fault from the bugcheck's arguments and crash->stack.  is_fault:
 * the first frame is where the exception happened.
 */
void blame_examine(struct target *target, bool is_fault);

#endif
