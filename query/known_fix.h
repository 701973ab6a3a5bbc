/*
 * known_fix.h - "fixed in", as the crashes that happened with the fix.
 *
 * What a list may say:
 *
 *     22631, 10.0.22631      this build of Windows, or a later one
 *     668d3a400003d000       this build of the module to blame, or a later one
 *     faultbuild=a,b ...     filter words
 *
 * Builds of a module are put in order by their link times, the first 8 digits;
 * nothing else in a dump has an order.  A link time is one only if the crash is
 * no older than it (a clock may be a day wrong), if linkers stamped files then
 * at all, and if the module is not of Windows: a reproducible build, as all of
 * Windows 10's are, has a hash in that place.  Where it is none, the build
 * itself has the fix, and no other.
 */
#ifndef QUERY_KNOWN_FIX_H
#define QUERY_KNOWN_FIX_H

#include "query/plan.h"

/* Of issue's rows those with the fix; the caller ends ret with plan_deinit().
 */
enum status known_fix_rows(struct store *store, const char *text,
			   const struct plan *issue, struct arena *arena,
			   struct plan *ret, struct error *err) MUST_CHECK;

/* The rows that pass filter words, as they stand in a list. */
enum status known_fix_words(struct store *store, const char *words,
			    struct arena *arena, struct plan *ret,
			    struct error *err) MUST_CHECK;

/* Is a build linked at link (seconds since 1970) known to be later than one
 * linked at fix?  crashed is a FILETIME. */
bool known_fix_is_later(uint64_t fix, uint64_t link, uint64_t crashed);

#endif
