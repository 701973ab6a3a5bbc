/*
 * inputs.h - the paths of the command line as a sequence of open files.
 *
 * Folders are walked in byte order of names, what lies beside dumps
 * (beside.h) first; symbolic links in them are followed to files, not to
 * folders.  What is no regular file (- or a pipe) is
 * first copied to an unnamed temporary file.
 */
#ifndef INGEST_INPUTS_H
#define INGEST_INPUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/error.h"
#include "signatures/base/hash.h"

struct inputs;

struct input {
	char *source;  /* as given, or given/found; UTF-8; caller frees */
	bool is_named; /* on the command line, not found in a folder */
	int fd;	       /* caller closes; -1: err says why */
	uint64_t size;
	struct hash128 stamp; /* of device, inode, size and times */
	struct error err;
};

/* paths and spool_dir must outlive ret. */
struct inputs *inputs_create(const char *const *paths, size_t count,
			     const char *spool_dir);
void inputs_destroy(struct inputs *inputs);

/*
 * How much there is to read, by a walk that opens nothing.  A guess: folders
 * change, and nobody knows how long a pipe is.
 */
void inputs_measure(const char *const *paths, size_t count, uint64_t *files,
		    uint64_t *bytes);

/*
 * The stamp of the file at path, or of each file in the folder there, in any
 * order, until take says false.  False if it did, and where only inputs_next()
 * can tell: a pipe, a folder that cannot be read.  Opens no file.
 */
typedef bool inputs_take_stamp(void *closure, struct hash128 stamp);
bool inputs_stamps(const char *path, inputs_take_stamp *take, void *closure);

/* False when there are no more. */
bool inputs_next(struct inputs *inputs, struct input *ret);

#endif
