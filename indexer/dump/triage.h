/*
 * triage.h - small memory dumps: lists and pieces of memory, no pages.
 */
#ifndef DUMP_TRIAGE_H
#define DUMP_TRIAGE_H

#include "indexer/dump/kernel_header.h"

void triage_read(struct dump *dump, const struct kernel_header *header);

#endif
