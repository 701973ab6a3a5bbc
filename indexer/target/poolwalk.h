/*
 * poolwalk.h - the kernel pool around what the bugcheck is about: the block an
 * argument names, its neighbours, whose they are.
 *
 * Nothing is listed without its bytes: a block has a header in the dump that
 * agrees with what is around it, or its tag is an argument itself.
 */
#ifndef TARGET_POOLWALK_H
#define TARGET_POOLWALK_H

#include "indexer/target/target.h"

/*
 * Fill crash->pool: the block of the bugcheck, its neighbours, blocks that
 * registers of the fault point into (as neighbours), tags among the arguments,
 * the largest users by the kernel's own table.  Flags: pool-page-broken (the
 * chain of headers in the block's page breaks), special-pool, slop-corrupt
 * (its filling was written to).
 */
void poolwalk_examine(struct target *target);

/*
 * After the stack: where that names nobody but the kernel and the bugcheck is
 * one of pool, blame the owner of the block, if it is loaded.  A fault laid on
 * a tag's owner already gives way to one that is.
 */
void poolwalk_blame(struct target *target);

#endif
