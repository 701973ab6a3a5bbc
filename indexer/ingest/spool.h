/*
 * spool.h - one unpacked file: in memory while it is small, in an unnamed
 * temporary file once it is not.
 *
 * A worker cannot open files, so it is given one descriptor for everything it
 * spools.  Unpacked files are nested like the archives they come from, so the
 * spool is a stack: the file begun last ends first.  Zeroes become holes.
 */
#ifndef INGEST_SPOOL_H
#define INGEST_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/base/hash.h"

struct spool {
	int fd;	      /* borrowed; only we write to it */
	uint64_t top; /* where the next file may begin */
};

struct spool_file {
	struct spool *spool;
	size_t memory_max; /* larger files go to the spool */
	uint8_t *memory;
	size_t capacity;
	uint64_t size; /* so far */
	bool is_spooled;
	uint64_t start; /* in the spool */
	struct hash_stream *stream;
	void *view; /* mapped, or NULL */
};

void spool_file_init(struct spool_file *file, struct spool *spool,
		     size_t memory_max);
/* Gives memory and its part of the spool back. */
void spool_file_deinit(struct spool_file *file);

/* Empty again; keeps its memory for the next file unless that is large. */
void spool_file_reset(struct spool_file *file);

/* There will be size bytes in all, it is said: room for them at once. */
enum status spool_file_expect(struct spool_file *file, uint64_t size,
			      struct error *err) MUST_CHECK;

enum status spool_file_add(struct spool_file *file, const void *data,
			   size_t size, struct error *err) MUST_CHECK;

/* Zeroes up to size bytes in all; nothing when there are that many. */
enum status spool_file_extend(struct spool_file *file, uint64_t size,
			      struct error *err) MUST_CHECK;

/* All bytes, until the next call of any other function. */
enum status spool_file_view(struct spool_file *file, struct bytes *ret,
			    struct error *err) MUST_CHECK;

/* XXH3-128 of all bytes. */
struct hash128 spool_file_hash(const struct spool_file *file);

#endif
