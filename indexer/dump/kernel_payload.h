/*
 * kernel_payload.h - what follows a kernel dump's header, by DumpType.
 */
#ifndef DUMP_KERNEL_PAYLOAD_H
#define DUMP_KERNEL_PAYLOAD_H

#include "indexer/dump/kernel_header.h"

#define KERNEL_PAGE_BYTES 4096

/*
 * Settle the dump's kind and read its payload; what the payload lacks becomes
 * a problem of the crash.
 */
void kernel_payload_read(struct dump *dump, const struct kernel_header *header);

/* Note that the image ends too early, and where. */
void kernel_payload_cut(struct dump *dump, const char *what, uint64_t wanted);

/* Look for secondary data at offset, or at the next multiple of 8. */
void kernel_payload_secondary(struct dump *dump, uint64_t offset);

#endif
