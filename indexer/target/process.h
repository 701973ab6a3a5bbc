/*
 * process.h - the process that was running: its image file name.
 */
#ifndef TARGET_PROCESS_H
#define TARGET_PROCESS_H

#include "indexer/target/target.h"

/*
 * processor -> thread -> EPROCESS -> ImageFileName, where the dump has memory
 * and did not state the name itself.
 */
void process_examine(struct target *target);

#endif
