/*
 * done.h - which archives an earlier run has ingested whole, and what inputs
 * are known by: the hash of their content.
 *
 * An archive is known by its stamp, or its content is looked up.  Hashing it
 * first would keep a worker waiting for as long as reading takes; so one whose
 * size no archive of the store has is said to be new at once, and hashed while
 * workers are busy with it: done_spare().
 */
#ifndef INGEST_DONE_H
#define INGEST_DONE_H

#include <stdbool.h>
#include <stdint.h>

#include "signatures/base/hash.h"
#include "signatures/store/store.h"

struct done;

/* An input, as done_file() makes it; good until done_leave(). */
struct done_file {
	int fd; /* -1: nothing to read */
	uint64_t size;
	struct hash128 stamp;
	bool has_content;
	struct hash128 content; /* of all of it */
	/* done.c's own: */
	struct hash_stream *stream; /* of the first bytes */
	uint64_t hashed;
	struct done_file *next; /* in line for done_spare() */
};

struct done_file done_file(int fd, uint64_t size, struct hash128 stamp);

/* store, which ret does not own, may be NULL: nothing is known then. */
struct done *done_create(struct store *store);
/* Files that have not left are not looked at. */
void done_destroy(struct done *done);

/*
 * Is this an archive that an earlier run ingested whole?  Then *dumps is what
 * it gave.  An archive of this run does not count, or the answer would depend
 * on how far the workers are.
 */
enum status done_look(struct done *done, struct done_file *file, bool *ret,
		      uint64_t *dumps, struct error *err) MUST_CHECK;

/* The content, whatever it takes; false if the file cannot be read. */
bool done_hash(struct done_file *file);

/* A little of the hashing that is left; false when none is. */
bool done_spare(struct done *done);

/* This run has ingested the archive whole. */
enum status done_put(struct done *done, struct done_file *file, uint64_t dumps,
		     struct error *err) MUST_CHECK;

/* Nothing is asked of the file any more. */
void done_leave(struct done *done, struct done_file *file);

#endif
