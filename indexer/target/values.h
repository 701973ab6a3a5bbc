/*
 * values.h - words that stand where damage was done (crashindex --values).
 *
 * A driver that writes where it must not writes the same constants on every
 * machine; what else stands there differs from machine to machine.  Which is
 * which only the fleet can tell, so kept are few words of each crash:
 *
 *   - of a pool page, from a little before the place where it breaks;
 *   - around the address that faulted, and that address, if it is no pointer;
 *   - of sound pool in the same page, to hold them against.
 *
 * Left out is what says nothing or too much: pointers into the kernel or a
 * process, small numbers, fillings, and everything that reads as text.
 */
#ifndef TARGET_VALUES_H
#define TARGET_VALUES_H

#include "indexer/target/target.h"

/* Fill crash->values, if target->wants_values; wants modules and arguments. */
void values_examine(struct target *target);

/* Could a word of four or eight bytes be somebody's constant?  For tests. */
bool values_is_telling(const struct target *target, uint64_t word,
		       unsigned bytes);

#endif
