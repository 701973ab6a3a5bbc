/*
 * worker.h - the process that reads untrusted bytes.
 *
 * Born by the nursery with three descriptors, it shuts itself into the
 * sandbox, then takes jobs until there are no more: unpack the input, examine
 * each dump, send what was found.  It knows no names but those inside the
 * input.
 *
 * What it is doing right now stands in a page it shares with the parent, so
 * that the parent knows what a worker died of without a message per entry.
 */
#ifndef INGEST_WORKER_H
#define INGEST_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "indexer/ingest/nursery.h"
#include "indexer/ingest/unpack.h"
#include "indexer/target/target.h"
#include "signatures/base/hash.h"

/* The gifts, in their order. */
enum {
	WORKER_SOCKET = NURSERY_FIRST_FD,
	WORKER_SPOOL,
	WORKER_PULSE
};

#define WORKER_PATH_BYTES 4096

/* Shared memory: written by the worker, believed by nobody. */
struct worker_pulse {
	_Atomic uint64_t beat;	 /* moves while the worker does */
	_Atomic uint64_t at;	 /* bytes of the input behind it, about */
	_Atomic uint64_t ticket; /* being worked on, from 1 */
	_Atomic uint64_t step;	 /* of it, see unpack_sink.enter */
	_Atomic uint64_t has_content;
	struct hash128 content; /* of the dump being examined */
	char path[WORKER_PATH_BYTES];
};

/* The same for all workers, set before the nursery starts. */
struct worker_options {
	bool is_free;	    /* no sandbox */
	bool keeps_refused; /* send the bytes of what is refused */
	struct unpack_limits limits;
	struct target_options target;
};

/* For nursery_start(); closure is a struct worker_options. */
void worker_prepare(void);
void worker_main(void *closure);

#endif
