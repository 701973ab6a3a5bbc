/*
 * modules.h - the loaded and the unloaded modules, by the kernel's own lists.
 *
 * For dumps with page tables; a dump that states its modules is left alone.
 */
#ifndef TARGET_MODULES_H
#define TARGET_MODULES_H

#include "indexer/target/target.h"

void modules_examine(struct target *target);

#endif
