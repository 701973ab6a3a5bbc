/*
 * switched.h - where the kernel went on on a stack of its own: for a
 * processor's interrupts, deferred calls and exceptions.
 */
#ifndef TARGET_SWITCHED_H
#define TARGET_SWITCHED_H

#include "indexer/target/unwind.h"

/*
 * x64: does the stack that sp lies in begin where another was left?  Then
 * unwind->high becomes its true end, and unwind->left what ran on the other.
 */
void switched_find(struct unwind *unwind, uint64_t sp);

#endif
