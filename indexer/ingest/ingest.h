/*
 * ingest.h - paths in, records in the store out.
 *
 * Inputs are read by workers and told back in their order; here they are
 * named, checked once more, and stored or handed on.  What is stored is
 * committed now and then, so that a run that is cut off at any moment is
 * carried on by the next; an archive is only marked as done behind its last
 * record.
 */
#ifndef INGEST_INGEST_H
#define INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "indexer/ingest/progress.h"
#include "indexer/ingest/tally.h"
#include "indexer/ingest/workers.h"
#include "signatures/base/error.h"
#include "signatures/record.h"
#include "signatures/store/store.h"

struct ingest_options {
	const char *const *paths;
	size_t path_count;
	const char *store_dir;	    /* NULL: no store, only crash() */
	const char *quarantine_dir; /* NULL: none */
	uint64_t now;		    /* FILETIME */
	bool redacts;		    /* see signatures/redact.h */
	struct workers_options workers;

	/* Whoever runs it, told in the order of the inputs. */
	void *closure;
	/* Without a store: one crash. */
	void (*crash)(void *closure, const struct record_file *file);
	/* An input or an entry of one that was not read. */
	void (*refused)(void *closure, const char *source, const char *text);
	/*
	 * All inputs are known from earlier runs, and store is in a reader's
	 * transaction: is there nothing left that the program does with it?
	 */
	bool (*is_over)(void *closure, struct store *store);
	/* A few times a second or more. */
	void (*progress)(void *closure, const struct progress *progress);
};

/*
 * Forks.  Whatever happens to single inputs is in *tally; failing means that
 * the run could not go on, then *tally says how far it came: where there is a
 * store, what of it is in there.
 */
enum status ingest_run(const struct ingest_options *options,
		       struct tally *tally, struct error *err) MUST_CHECK;

#endif
