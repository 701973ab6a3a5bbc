/*
 * signature.h - the stack as hashes: three buckets of falling strictness.
 *
 * exact     modules with build and offset
 * portable  survives a rebuild: the function's code fingerprint where code was
 *           seen, the module name otherwise
 * modules   the sequence of module names, runs collapsed
 *
 * Only frames worth hashing count: infrastructure frames are dropped by table
 * and position, scanned frames are left out, recursion is collapsed.  A stack
 * too weak to hash gets no bucket (0) and so joins none.
 */
#ifndef SIGNATURES_SIGNATURE_H
#define SIGNATURES_SIGNATURE_H

#include "signatures/crash.h"

/* Fill crash->buckets from its bugcheck, exception, fault and stack. */
void signature_make(struct crash *crash, struct arena *arena);

/* The text that the hash was made of, for explain; NULL if too weak. */
const char *signature_exact_text(const struct crash *crash,
				 struct arena *arena);
const char *signature_portable_text(const struct crash *crash,
				    struct arena *arena);
const char *signature_modules_text(const struct crash *crash,
				   struct arena *arena);

#endif
