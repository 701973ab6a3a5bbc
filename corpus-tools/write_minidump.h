/*
 * write_minidump.h - a process's minidump (MDMP), of Windows or, for a reader
 * to refuse, of another system.
 */
#ifndef CORPUS_TOOLS_WRITE_MINIDUMP_H
#define CORPUS_TOOLS_WRITE_MINIDUMP_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/dead.h"

void write_minidump(const struct dead *dead, struct buffer *out);

#endif
