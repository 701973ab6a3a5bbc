/*
 * choose.h - which rows of the store pass the filter words.
 *
 * Tests are answered from the least that will do: dictionaries say which terms
 * are accepted, columns are scanned against them, posting lists are joined, and
 * only what no index answers (a source by glob) is asked of the records of the
 * rows that are still left.
 */
#ifndef QUERY_CHOOSE_H
#define QUERY_CHOOSE_H

#include "query/plan.h"
#include "query/where.h"

/* Rows that pass all tests; the caller ends ret with plan_deinit(). */
enum status choose_rows(struct store *store, const struct where *where,
			struct plan *ret, struct error *err) MUST_CHECK;

/*
 * The rows that are no crashes: snapshots of running machines, images made by
 * a tool.  See crash_is_crash().  A set whose matched is 0 may have no bits.
 */
enum status choose_snapshots(struct store *store, struct plan *live,
			     struct plan *tool_made,
			     struct error *err) MUST_CHECK;

/* Every value of the field, from the record: sources of all files too. */
void choose_values(const struct field *field, const struct store_crash *crash,
		   field_take *take, void *closure);

#endif
