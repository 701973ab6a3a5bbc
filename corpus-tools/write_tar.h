/*
 * write_tar.h - a plain tar stream (POSIX ustar) of dumps.
 */
#ifndef CORPUS_TOOLS_WRITE_TAR_H
#define CORPUS_TOOLS_WRITE_TAR_H

#include <stdint.h>
#include <stdio.h>

#include "corpus-tools/buffer.h"
#include "signatures/base/error.h"

enum status write_tar_entry(FILE *out, const char *name,
			    const struct buffer *image, uint64_t unix_time,
			    struct error *err) MUST_CHECK;
enum status write_tar_end(FILE *out, struct error *err) MUST_CHECK;

#endif
