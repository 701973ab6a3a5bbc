/*
 * known.h - issues that somebody knows already, from a list beside the store.
 *
 * The file `known-issues` in the folder of the store, an issue a line:
 *
 *     bugcheck=d1 fault=netfast.sys | drops its lock | NET-42 |
 * 4f71205100d1c000
 *
 * Filter words, a title, a ticket, and where it is fixed (known_fix.h): the
 * last two parts may be left out.  A crash that has the fix happened in spite
 * of it: a regression.  A crash that passes the words of several issues belongs
 * to the first.
 */
#ifndef QUERY_KNOWN_H
#define QUERY_KNOWN_H

#include "query/plan.h"

struct known_issue {
	const char *title;
	const char *ticket; /* "" if none */
	struct plan plan;   /* its crashes ... */
	struct plan after;  /* ... and those of them that have the fix */
};

struct known {
	struct known_issue *issues;
	size_t count;
};

/*
 * Of the store in folder path; none where there is no such file.  STATUS_USAGE
 * names the line that makes no sense.  The caller ends ret with known_deinit();
 * texts live in arena.
 */
enum status known_read(struct store *store, const char *path,
		       struct arena *arena, struct known *ret,
		       struct error *err) MUST_CHECK;
void known_deinit(struct known *known);

/* By row the place of its first issue in known, from 1 on; 0 = none.  issues
 * has one per row, all 0. */
void known_label(const struct known *known, uint16_t *issues);

/* The first issue that the row belongs to, or NULL. */
const struct known_issue *known_find(const struct known *known, uint32_t row,
				     bool *regressed);

#endif
