/*
 * examine.h - one image in, one crash out: no store, no processes, no files.
 */
#ifndef INGEST_EXAMINE_H
#define INGEST_EXAMINE_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/crash.h"

struct target_options;

/*
 * Read image, work out everything that can be known, sign it.  The caller has
 * set ret->image.bytes and .content, all else is zero.  ret borrows
 * image and arena.  options may be NULL.  On failure ret is unspecified and err
 * says why the image was refused.
 */
enum status examine(struct bytes image, const struct target_options *options,
		    struct arena *arena, struct crash *ret,
		    struct error *err) MUST_CHECK;

#endif
