/*
 * residue.h - what third-party code was on the stack earlier: words that point
 * into such modules beyond the true frames.  No proof of anything, often the
 * only trace.
 */
#ifndef TARGET_RESIDUE_H
#define TARGET_RESIDUE_H

#include "indexer/target/unwind.h"

/*
 * Fill crash->residue from the raw stacks: that of the crash, and for hung
 * processors those of the others.  Wants crash->stack.
 */
void residue_examine(struct unwind *unwind);

#endif
