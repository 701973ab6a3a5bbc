/*
 * sandbox.h - what a worker may still do once it reads untrusted bytes.
 *
 * It may compute, use memory, read and write the descriptors it holds, and
 * end.  It may not open, make sockets, start processes, signal or trace
 * others, or map code.  Four walls, each enough against most: no new
 * privileges, Landlock (where the kernel has it), resource limits, and a
 * seccomp filter that answers EPERM to everything not on its list.
 */
#ifndef INGEST_SANDBOX_H
#define INGEST_SANDBOX_H

#include <stdint.h>

#include "signatures/base/error.h"

struct sandbox_limits {
	uint64_t memory_bytes; /* of data; mapped files do not count */
	uint64_t file_bytes;   /* no file may be made larger */
};

/* There is no way back.  STATUS_IO when any wall could not be put up. */
enum status sandbox_enter(const struct sandbox_limits *limits,
			  struct error *err) MUST_CHECK;

/* Close every descriptor from first on. */
void sandbox_close_from(int first);

#endif
