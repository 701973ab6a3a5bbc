/*
 * record.h - a crash as bytes: what a worker sends.
 *
 * A record holds one crash as seen in one image.  It is versioned from its
 * first byte; every version ever written can be read.  Bytes are untrusted on
 * the way in: a worker that read a hostile dump may have written them, so
 * decoding checks every count, length, enum and text.
 *
 * What the store keeps of it is in record_beside.h.
 */
#ifndef SIGNATURES_RECORD_H
#define SIGNATURES_RECORD_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/crash.h"

/* One image file in which the crash was seen. */
struct record_file {
	const char *source; /* "march.7z/07.dmp"; UTF-8, never NULL */
	uint64_t ingested;  /* FILETIME of the night it came in */
	struct crash crash; /* what that file said */
};

/* Bytes taken from arena; never fails: a crash is within its limits. */
struct bytes record_encode(const struct record_file *file, struct arena *arena);

/* ret borrows arena only.  STATUS_CORRUPT for anything encode cannot write. */
enum status record_decode(struct bytes record, struct arena *arena,
			  struct record_file *ret,
			  struct error *err) MUST_CHECK;

/* The machine of a crash as bytes of their own. */
struct bytes record_machine_encode(const struct crash_machine *machine,
				   struct arena *arena);
enum status record_machine_decode(struct bytes record, struct arena *arena,
				  struct crash_machine *ret,
				  struct error *err) MUST_CHECK;

/* Of the loaded modules in their order: name, base, size and build of each. */
struct hash128 record_modules_hash(const struct crash *crash,
				   struct arena *arena);

#endif
