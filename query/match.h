/*
 * match.h - one test against one index: a column scanned, posting lists joined.
 */
#ifndef QUERY_MATCH_H
#define QUERY_MATCH_H

#include "query/plan.h"
#include "query/where.h"

/*
 * Can the rows that pass be joined from posting lists, at less than a scan?
 * match_listed() takes the rows out of plan that fail any such test.
 */
bool match_is_listed(struct store *store, const struct where_test *test);
enum status match_listed(struct store *store, const struct where *where,
			 struct plan *plan, struct error *err) MUST_CHECK;

/* All other tests of FIELD_COLUMN alike. */
enum status match_columns(struct store *store, const struct where *where,
			  struct plan *plan, struct error *err) MUST_CHECK;
/* All tests of loaded modules, in one pass. */
enum status match_modules(struct store *store, const struct where *where,
			  struct plan *plan, struct error *err) MUST_CHECK;

/* One test of FIELD_RAW by the heads of chunks alone: no row is read. */
void match_heads(struct store *store, const struct where_test *test,
		 struct plan *plan);

/*
 * Do so few rows pass this test of a FIELD_RAW that what is left of a chunk is
 * read row by row, whatever else is asked?  One chunk is looked at.
 */
bool match_is_rare(struct store *store, const struct where_test *test);

/* One test alike.  The plan's matched is stale after all of these. */
void match_numbers(struct store *store, const struct where_test *test,
		   struct plan *plan);
enum status match_postings(struct store *store, const struct where_test *test,
			   struct plan *plan, struct error *err) MUST_CHECK;

#endif
