/*
 * match.h - one test against one index: a column scanned, posting lists joined.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "query/plan.h"

/* Take the rows that fail the test out of plan; its matched is stale then. */
enum status match_column(struct store *store, const struct where_test *test,
			 struct plan *plan, struct error *err) MUST_CHECK;
enum status match_postings(struct store *store, const struct where_test *test,
			   struct plan *plan, struct error *err) MUST_CHECK;

#endif
