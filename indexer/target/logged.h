/*
 * logged.h - what follows from a debugger log beyond what it says.
 */
#ifndef TARGET_LOGGED_H
#define TARGET_LOGGED_H

#include "indexer/target/target.h"

/*
 * Only for logs: leaves third-party modules alone in crash->residue, reads the
 * exception out of the bugcheck's arguments, and blames from the stack where
 * the debugger blamed nobody.
 */
void logged_examine(struct target *target);

#endif
