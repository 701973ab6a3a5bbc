/*
 * sink.h - where made dumps go: a file, a folder, a tar stream, standard
 * output.
 *
 * A path that ends in .tar becomes a tar; `-` is standard output, a tar if
 * many dumps are to come; otherwise many dumps go into a folder.  A file that
 * is there stays as it is until there is something to put in its place.
 */
#ifndef CORPUS_TOOLS_SINK_H
#define CORPUS_TOOLS_SINK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "corpus-tools/buffer.h"
#include "signatures/base/error.h"

struct sink {
	const char *path;
	bool is_tar;
	FILE *tar;   /* NULL: nothing was put in yet */
	bool folder; /* names go below path */
};

enum status sink_open(const char *path, bool many, struct sink *ret,
		      struct error *err) MUST_CHECK;

/* unix_time dates the entry of a tar. */
enum status sink_put(struct sink *sink, const char *name,
		     const struct buffer *image, uint64_t unix_time,
		     struct error *err) MUST_CHECK;

/* What was written is whole only if this is OK. */
enum status sink_close(struct sink *sink, struct error *err) MUST_CHECK;

#endif
