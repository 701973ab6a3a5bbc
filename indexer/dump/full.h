/*
 * full.h - complete memory dumps: the pages of the header's run list, packed.
 */
#ifndef DUMP_FULL_H
#define DUMP_FULL_H

#include "indexer/dump/kernel_header.h"

/* A run list, and it adds up. */
bool full_fits(const struct dump *dump, const struct kernel_header *header);

void full_read(struct dump *dump, const struct kernel_header *header);

#endif
