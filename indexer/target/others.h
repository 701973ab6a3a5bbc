/*
 * others.h - what the other processors were doing, where the bugcheck is about
 * one that does not answer or runs on and on.
 *
 * They may be what it waits for, or wait for it.  Processors that were idle, in
 * user mode or left no context tell nothing.
 */
#ifndef TARGET_OTHERS_H
#define TARGET_OTHERS_H

#include "indexer/target/walk.h"

/*
 * Fill crash->processors; own is the walk that became crash->stack.  Each stack
 * lives in the target's arena.
 */
void others_examine(const struct walk *own);

#endif
