/*
 * write_kernel.h - dumps that hold physical pages: full, summary, bitmap, RDMP,
 * and the header alone.
 */
#ifndef CORPUS_TOOLS_WRITE_KERNEL_H
#define CORPUS_TOOLS_WRITE_KERNEL_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/dead.h"
#include "signatures/base/error.h"

enum status write_kernel(struct dead *dead, struct buffer *out,
			 struct error *err) MUST_CHECK;

#endif
