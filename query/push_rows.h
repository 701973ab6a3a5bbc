/*
 * push_rows.h - the rows that pass what the server can answer.
 */
#ifndef QUERY_PUSH_ROWS_H
#define QUERY_PUSH_ROWS_H

#include "query/plan.h"
#include "query/push.h"

/* Takes the others out of plan; does nothing to a store in LMDB. */
enum status push_rows(struct store *store, const struct where *where,
		      struct plan *plan, struct error *err) MUST_CHECK;

#endif
