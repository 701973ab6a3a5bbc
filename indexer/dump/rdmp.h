/*
 * rdmp.h - range dumps, as WinDbg makes them of a broken-in machine.
 */
#ifndef DUMP_RDMP_H
#define DUMP_RDMP_H

#include "indexer/dump/kernel_header.h"

/* Such a header. */
bool rdmp_fits(const struct dump *dump, const struct kernel_header *header);

void rdmp_read(struct dump *dump, const struct kernel_header *header);

#endif
