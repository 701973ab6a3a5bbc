/*
 * record.h - a crash as bytes: what a worker sends and what the store keeps.
 *
 * A record holds one crash as seen in one image.  It is versioned from its
 * first byte; every version ever written can be read.  Bytes are untrusted on
 * the way in: a worker that read a hostile dump may have written them, so
 * decoding checks every count, length and enum.
 *
 * Module lists are the bulk of a crash and shared by many, so a record may be
 * written without its list (RECORD_WITHOUT_MODULES): the store then keeps the
 * list apart, by the hash record_modules_hash() gives.
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

enum record_part {
	RECORD_WHOLE,
	RECORD_WITHOUT_MODULES
};

/* Bytes taken from arena; never fails: a crash is within its limits. */
struct bytes record_encode(const struct record_file *file,
			   enum record_part part, struct arena *arena);

/* ret borrows arena only.  STATUS_CORRUPT for anything encode cannot write. */
enum status record_decode(struct bytes record, struct arena *arena,
			  struct record_file *ret,
			  struct error *err) MUST_CHECK;

/* A module list as bytes, and its content hash. */
struct bytes record_modules_encode(const struct crash *crash,
				   struct arena *arena);
enum status record_modules_decode(struct bytes list, struct arena *arena,
				  struct crash *ret,
				  struct error *err) MUST_CHECK;
struct hash128 record_modules_hash(const struct crash *crash);

#endif
