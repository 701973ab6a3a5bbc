/*
 * write_secondary.h - the tagged data drivers add behind a dump's payload.
 */
#ifndef CORPUS_TOOLS_WRITE_SECONDARY_H
#define CORPUS_TOOLS_WRITE_SECONDARY_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/dead.h"
#include "signatures/base/error.h"

/* Append what the description asks for; nothing if it asks for nothing. */
enum status write_secondary(const struct dead *dead, struct buffer *out,
			    struct error *err) MUST_CHECK;

#endif
