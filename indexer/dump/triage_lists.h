/*
 * triage_lists.h - the loaded and unloaded drivers of a small memory dump.
 */
#ifndef DUMP_TRIAGE_LISTS_H
#define DUMP_TRIAGE_LISTS_H

#include "indexer/dump/dump.h"

/* Fill the crash's modules from count entries at offset. */
void triage_lists_drivers(struct dump *dump, uint64_t offset, uint32_t count);

/* Fill the crash's unloaded modules from the list at offset. */
void triage_lists_unloaded(struct dump *dump, uint64_t offset);

#endif
