/*
 * hardware.h - which machine it was: firmware, board, processor, identity.
 */
#ifndef TARGET_HARDWARE_H
#define TARGET_HARDWARE_H

#include "indexer/target/target.h"

/*
 * Fill target->smbios and crash->machine from the secondary data or, in dumps
 * with physical memory, from the copies the kernel and the firmware keep.
 */
void hardware_examine(struct target *target);

#endif
