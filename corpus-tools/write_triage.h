/*
 * write_triage.h - small memory dumps, as the kernel writes them and as a
 * debugger makes them from a larger one.
 */
#ifndef CORPUS_TOOLS_WRITE_TRIAGE_H
#define CORPUS_TOOLS_WRITE_TRIAGE_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/dead.h"
#include "signatures/base/error.h"

enum status write_triage(struct dead *dead, struct buffer *out,
			 struct error *err) MUST_CHECK;

#endif
