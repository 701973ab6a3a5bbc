/*
 * write_header.h - the first pages of a kernel dump.
 */
#ifndef CORPUS_TOOLS_WRITE_HEADER_H
#define CORPUS_TOOLS_WRITE_HEADER_H

#include "corpus-tools/buffer.h"
#include "corpus-tools/dead.h"

/* Append a header; the fields nobody sets keep the text PAGE. */
void write_header(const struct dead *dead, struct buffer *out);

/* The size a header states; where it is kept. */
void write_header_required(const struct dead *dead, struct buffer *out,
			   uint64_t bytes);

struct write_header_run {
	uint64_t pfn, count;
};

/* The description of physical memory; false if the header has no room. */
bool write_header_runs(const struct dead *dead, struct buffer *out,
		       const struct write_header_run *runs, size_t count);

#endif
