/*
 * oddities.h - what is strange about the address or the instruction that
 * faulted, as flags.
 *
 *   null-page		  the address lies in the first page
 *   wild-pointer-ascii	  the address or instruction pointer reads as text
 *   wild-pointer-utf16	  likewise, as UTF-16
 *   wild-pointer-stack	  it points into the faulting stack
 *   wild-ip		  the instruction lies in no module
 *   ip-unloaded	  ... but in one that was unloaded
 *   one-bit-off	  one flipped bit away from a pointer that makes sense
 *   single-bit-pte	  a page table entry is zero but for one bit (1A 41792)
 *   single-bit-memory	  the system itself found one bit changed (C1 32)
 *
 * Only where the address that faulted is truly known: from an argument, an
 * exception record, or the registers of the faulting instruction.
 */
#ifndef TARGET_ODDITIES_H
#define TARGET_ODDITIES_H

#include "indexer/target/target.h"

/* Add flags to the crash; wants its modules. */
void oddities_examine(struct target *target);

/* Is every character of a pointer-sized value text?  For tests. */
bool oddities_is_ascii(uint64_t value, unsigned pointer_bytes);
bool oddities_is_utf16(uint64_t value, unsigned pointer_bytes);

#endif
