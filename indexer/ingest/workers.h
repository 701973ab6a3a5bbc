/*
 * workers.h - sandboxed processes that turn inputs into records.
 *
 * Inputs are tickets: handed out in the order they come, finished in any,
 * told to the sink in the order they came.  So whatever the number of workers,
 * the sink hears the same.
 *
 * A worker that dies or hangs costs the entry it was at; a fresh one goes on
 * behind that entry.  One that makes no sense costs the rest of its input. What
 * workers say is checked, and what waits for its turn is bounded.
 */
#ifndef INGEST_WORKERS_H
#define INGEST_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "indexer/ingest/worker.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/base/hash.h"

struct workers;

struct workers_options {
	unsigned jobs;	       /* processes at the same time, at least 1 */
	uint64_t wall_ms;      /* without a sign of life */
	const char *spool_dir; /* where unnamed temporary files go */
	struct worker_options worker;
};

struct workers_input {
	void *about; /* the sink's own; not looked at */
	int fd;	     /* taken over; -1 for nothing to read: just its turn */
	uint64_t size;
};

struct workers_refusal {
	const char *path; /* inside the input, "" the input itself */
	enum status status;
	const char *text;
	bool is_foreign; /* the input is neither dump nor archive */
	bool has_content;
	struct hash128 content;
	bool has_chunks; /* its bytes were told before */
};

/*
 * Every function may fail, which ends the run.  Pointers are good for the
 * call.  fd of input is open until end().
 */
struct workers_sink {
	void *closure;
	/* The next input, if there is one. */
	enum status (*next)(void *closure, struct workers_input *ret,
			    bool *more, struct error *err);
	/* A record that has not been decoded yet. */
	enum status (*record)(void *closure, const struct workers_input *input,
			      struct bytes record, struct error *err);
	/* Bytes of what is refused next; offset 0 starts over. */
	enum status (*chunk)(void *closure, const struct workers_input *input,
			     uint64_t offset, struct bytes data,
			     struct error *err);
	enum status (*refused)(void *closure, const struct workers_input *input,
			       const struct workers_refusal *refusal,
			       struct error *err);
	/* is_whole: every entry was reached. */
	enum status (*end)(void *closure, const struct workers_input *input,
			   bool is_archive, bool is_whole, struct error *err);
	/*
	 * Nobody says anything just now: a little of what else there is to do,
	 * false when that is nothing; NULL for never anything.
	 */
	bool (*spare)(void *closure);
	/*
	 * A few times a second or more, NULL for never: about so many bytes of
	 * inputs that have not ended are behind.
	 */
	void (*progress)(void *closure, uint64_t bytes);
};

/*
 * Call before the store is opened and before any thread: forks.  options must
 * outlive ret.
 */
enum status workers_create(const struct workers_options *options,
			   struct workers **ret, struct error *err) MUST_CHECK;
void workers_destroy(struct workers *workers);

/*
 * Run until the sink has no more inputs.  STATUS_IO with the reason when
 * workers cannot be had, for want of a sandbox say.
 */
enum status workers_run(struct workers *workers,
			const struct workers_sink *sink,
			struct error *err) MUST_CHECK;

#endif
