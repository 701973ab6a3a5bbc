/*
 * file.h - map or read a whole file, write a file whole or not at all.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

#include "signatures/base/bytes.h"
#include "signatures/base/error.h"

/* A file's bytes in memory; borrows nothing. */
struct file_view {
	void *data;
	size_t size;
};

/* Map path for reading. */
enum status file_map(const char *path, struct file_view *ret,
		     struct error *err) MUST_CHECK;
void file_unmap(struct file_view *view);

/*
 * Write through a temporary name beside path, then rename.  Who may read what
 * was there may read this, and nobody else; where nothing was, the umask says.
 * What is there and is no file, a pipe or a device or standard output, is
 * written to.
 */
enum status file_write(const char *path, const void *data, size_t size,
		       struct error *err) MUST_CHECK;

/* All of it, where an open file stands; what failed may have begun. */
enum status file_put(int fd, const void *data, size_t size,
		     struct error *err) MUST_CHECK;

/* An open file that has no name, in folder dir; the caller closes it. */
enum status file_unnamed(const char *dir, int *ret,
			 struct error *err) MUST_CHECK;

#endif
