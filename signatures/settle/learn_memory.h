/*
 * learn_memory.h - what is known of addresses, from one pass to the next, in
 * the store's settled entries.  Numbers in keys are big-endian; sizes, counts
 * and numbers in values are varints:
 *
 *	'w' address u64  u8 flags (entry, disputed, size), outcome, size if
 *	                 there is one; pieces; witnesses: count, and of each
 *	                 the number of its stack and its place among the words
 *	                 there; then the rows that are in no piece yet
 *	'q' address u64 piece u32    a piece of its rows, each as its distance
 *	                 from the last, signed
 *	'z' stack u32    u64 identity, witnesses, u8 shift; of each word, as
 *	                 far as witnesses see it, (distance from the last
 *	                 >> shift) << 1 and whether it is an entry, u16 word
 *	'z'              u32 number of the next stack
 *
 * A row is among those of an address if its stacks are what they are because of
 * the size of that address.  Others may be, too: rows that are gone, or have
 * another number by now.
 */
#ifndef SETTLE_LEARN_MEMORY_H
#define SETTLE_LEARN_MEMORY_H

#include "signatures/settle/learn_state.h"

#define LEARN_MEMORY_ADDRESS 'w'
#define LEARN_MEMORY_PIECE 'q'
/* The last of all keys: what is added behind the last page fills it. */
#define LEARN_MEMORY_STACK 'z'

/* Where the last one stopped. */
void learn_memory_open(struct learn *learn);

/* What is remembered of address, which is new; nothing is fine, too. */
void learn_memory_load(struct learn *learn, struct address *address);

/* All that is not as it is remembered. */
void learn_memory_save(struct learn *learn);

void learn_memory_add_row(struct learn *learn, struct address *address,
			  uint32_t row);
/* False if what is remembered cannot be read. */
bool learn_memory_walk_rows(const struct learn *learn,
			    const struct address *address,
			    void (*take)(void *closure, uint32_t row),
			    void *closure);

#endif
