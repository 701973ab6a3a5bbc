/*
 * lines.h - the lines of a text file, plain or gzip: the door to zlib.
 */
#ifndef TOOLS_LINES_H
#define TOOLS_LINES_H

#include "signatures/base/error.h"

/* A line of a table of crashes may hold a few hundred frames. */
#define LINES_BYTES_MAX (1024 * 1024)

struct lines;

enum status lines_open(const char *path, struct lines **ret,
		       struct error *err) MUST_CHECK;
void lines_close(struct lines *lines);

/*
 * The next line without its end, valid until the next call; NULL at the end of
 * the file.  The caller may write into it.  *err is set where the file is
 * damaged or a line too long, with NULL returned.
 */
char *lines_next(struct lines *lines, struct error *err);

#endif
