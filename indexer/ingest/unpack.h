/*
 * unpack.h - one input, unpacked to the dumps in it, however deep they lie.
 *
 * An input is a dump, or an archive of dumps and of archives of dumps.  What
 * is neither is passed over without being read further than its first bytes.
 * Each dump and each refusal is told to the sink, in the order of the archive.
 *
 * Runs inside a worker: opens nothing, trusts nothing.
 */
#ifndef INGEST_UNPACK_H
#define INGEST_UNPACK_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/ingest/spool.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/base/hash.h"

struct unpack_limits {
	uint64_t depth;	  /* archives around a dump */
	uint64_t ratio;	  /* unpacked bytes for each byte of input */
	uint64_t bytes;	  /* unpacked from one input */
	uint64_t entries; /* of one input */
};

/* Why an entry is not indexed. */
struct unpack_refusal {
	enum status status;
	const char *text;
	bool is_foreign; /* the input is no dump and no archive at all */
	bool has_image;	 /* it was read whole: */
	struct bytes image;
	struct hash128 content;
};

struct unpack_sink {
	void *closure;
	/*
	 * About to do something that a hostile input could make fatal; false
	 * to have it left out.  Called in the same order for the same input
	 * and the same answers.
	 */
	bool (*enter)(void *closure, const char *path);
	/* Still alive, about so many bytes into the input. */
	void (*beat)(void *closure, uint64_t at);
	/* path inside the input, "" for the input itself. */
	void (*image)(void *closure, const char *path, struct bytes image,
		      struct hash128 content);
	void (*refuse)(void *closure, const char *path,
		       const struct unpack_refusal *refusal);
};

/* Unpack the open file fd of size bytes; true if it was an archive. */
bool unpack_run(int fd, uint64_t size, const struct unpack_limits *limits,
		const struct unpack_sink *sink, struct spool *spool);

#endif
