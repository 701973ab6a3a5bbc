/*
 * folder.h - the names in a folder: all of them, or none and why.
 */
#ifndef BASE_FOLDER_H
#define BASE_FOLDER_H

#include <stddef.h>

#include "signatures/base/error.h"

/* By bytes, without "." and "..". */
struct folder_names {
	char **at;
	size_t count;
};

/* STATUS_IO also where the system stops in the middle; caller frees. */
enum status folder_read(const char *path, struct folder_names *ret,
			struct error *err) MUST_CHECK;
void folder_free(struct folder_names *names);

#endif
