/*
 * match.h - one test against one index: a column scanned, posting lists joined.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "query/plan.h"
#include "query/where.h"

/*
 * Can the rows that pass be joined from posting lists, at less than a scan?
 * match_lists() leaves those of *rows, or if that is NULL makes it of all; the
 * caller ends it with store_rows_destroy().
 */
bool match_is_listed(struct store *store, const struct where_test *test);
enum status match_lists(struct store *store, const struct where_test *test,
			struct store_rows **rows, struct error *err) MUST_CHECK;

/* Take the rows that fail the test out of plan; its matched is stale then. */
enum status match_column(struct store *store, const struct where_test *test,
			 struct plan *plan, struct error *err) MUST_CHECK;
enum status match_postings(struct store *store, const struct where_test *test,
			   struct plan *plan, struct error *err) MUST_CHECK;

#endif
