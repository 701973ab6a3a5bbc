/*
 * summary.h - kernel memory dumps (DumpType 2) of Windows 2000 to 7.
 */
#ifndef DUMP_SUMMARY_H
#define DUMP_SUMMARY_H

#include "indexer/dump/kernel_header.h"

/* Either layout, and a bitmap with as many pages as it says. */
bool summary_fits(const struct dump *dump, const struct kernel_header *header);

/* Newer kernels write a bitmap dump under the same type; both are read. */
void summary_read(struct dump *dump, const struct kernel_header *header);

#endif
