/*
 * record_beside.h - a crash as the store keeps it: without what it keeps apart.
 *
 * Of a record (record.h) the modules, the unloaded modules and the machine are
 * left out, and the rest is two pieces: own is of this crash alone, stack is
 * what all crashes of one bug in one build have in common, wherever its modules
 * were loaded - its frames, its buckets, who is blamed.
 *
 * Both are versioned by the first byte of own; every version ever written can
 * be read.  Bytes are untrusted on the way in.
 */
#ifndef SIGNATURES_RECORD_BESIDE_H
#define SIGNATURES_RECORD_BESIDE_H

#include "signatures/record.h"

struct record_beside {
	struct bytes own, stack;
};

/* Bytes taken from arena; never fails: a crash is within its limits. */
struct record_beside record_beside_encode(const struct record_file *file,
					  struct arena *arena);

/*
 * The modules, unloaded modules and machine are those of shared, which ret
 * borrows beside arena.  STATUS_CORRUPT for anything encode cannot write.
 */
enum status record_beside_decode(const struct record_beside *record,
				 const struct crash *shared,
				 struct arena *arena, struct record_file *ret,
				 struct error *err) MUST_CHECK;

/*
 * What stack says by itself: codes, buckets, who is blamed, frames without
 * addresses and slots, and without offsets where they are in no module.
 */
enum status record_beside_stack(struct bytes stack, struct arena *arena,
				struct crash *ret,
				struct error *err) MUST_CHECK;

#endif
