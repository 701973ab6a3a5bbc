/*
 * align.h - which words on the stack are the return addresses of a trail.
 *
 * The functions of a trail were called in its order, so their return addresses
 * stand in it on the stack.  Even where neither code nor the exception
 * directory is in the dump, not many words can be them: each lies in its
 * function's module; the directory is sorted, so of two functions of a module
 * the one with the later entry has the higher addresses, and not much higher
 * ones if few entries lie between; and the last one is known.  Frames of
 * functions that were called again, and of those that have no entry, are not
 * told of.
 */
#ifndef TARGET_ALIGN_H
#define TARGET_ALIGN_H

#include "indexer/target/chain.h"

/*
 * Fill trail->slots and is_sure, from the exception at ip on, with candidates
 * of the chain.  False, and both empty, where no words fit: then trail->is_leaf
 * is as it was.
 */
bool align_trail(const struct chain *chain, uint64_t ip, struct trail *trail);

#endif
