/*
 * full.h - complete memory dumps: the pages of the header's run list, packed.
 */
#ifndef DUMP_FULL_H
#define DUMP_FULL_H

#include "indexer/dump/kernel_header.h"

void full_read(struct dump *dump, const struct kernel_header *header);

#endif
