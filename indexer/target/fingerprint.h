/*
 * fingerprint.h - a function's code as one number that survives relocation and
 * most rebuilds: mnemonics and kinds of operands, no addresses, no constants.
 */
#ifndef TARGET_FINGERPRINT_H
#define TARGET_FINGERPRINT_H

#include "indexer/target/unwind.h"

/*
 * Of the whole function around ip, where its bounds are certain and all its
 * code is there; for an instruction that faulted, of the code from it on to
 * the end of the path, which dumps save as whole pages.  0 where neither is:
 * a piece of code that another dump of the same crash may lack proves nothing.
 */
uint64_t fingerprint_at(struct unwind *unwind, uint64_t ip, bool is_fault);

#endif
