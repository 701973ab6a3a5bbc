/*
 * meaning.h - what the arguments of one bugcheck say, by its selector.
 *
 * The documented tables applied to one crash: code and arguments in, a few
 * words and roles out.  A role promises what a value was meant to be, never
 * that it is valid.
 */
#ifndef SIGNATURES_MEANING_H
#define SIGNATURES_MEANING_H

#include "signatures/base/arena.h"
#include "signatures/crash.h"
#include "signatures/knowledge/role.h"

/*
 * Our own few words for the selector argument, or NULL where the code has none
 * or its value is not documented.  Lives for ever or as long as the arena.
 */
const char *meaning_of(const struct crash_bugcheck *bugcheck,
		       struct arena *arena);

/*
 * What argument index (0..3) is once the selector is taken into account;
 * ROLE_UNKNOWN where nothing is documented, never ROLE_VARIES.  The argument's
 * value may still be absent.
 */
enum role meaning_argument(const struct crash_bugcheck *bugcheck,
			   unsigned index);

/* Is it about a processor that does not answer, or that runs on and on? */
bool meaning_is_hang(const struct crash_bugcheck *bugcheck);

/*
 * Of such a crash: the frame of the stack that the clock interrupted when it
 * found out, or, at the hung processor itself, where that was stopped.
 */
size_t meaning_interrupted(const struct crash *crash);

/* The class of a folded code ("pool", "irql", ...) or NULL; lives for ever. */
const char *meaning_class(uint32_t code);

#endif
