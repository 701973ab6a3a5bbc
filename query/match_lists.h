/*
 * match_lists.h - one test against posting lists: of rows, or of the lists of
 * modules that rows have.
 */
#ifndef QUERY_MATCH_LISTS_H
#define QUERY_MATCH_LISTS_H

#include "query/accept.h"
#include "query/plan.h"

/* Lists that are joined for one test; of more a column is scanned. */
#define MATCH_LISTS_MOST 64

/* Take the rows that fail the test out of plan. */
enum status match_lists_rows(struct store *store, const struct accept *accept,
			     struct plan *plan, struct error *err) MUST_CHECK;
/* The rows that fail any of so many tests: one look at the lists of rows. */
enum status match_lists_modules(struct store *store,
				const struct accept *accepts, size_t count,
				struct plan *plan,
				struct error *err) MUST_CHECK;

#endif
