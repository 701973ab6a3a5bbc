/*
 * remote.h - a ClickHouse database as a store to be read.
 *
 * Every question that works on a store works on it: rows are the crashes in the
 * order of their ids, terms the values of a field in their order.  Columns and
 * dictionaries are fetched whole when they are first asked for, records one by
 * one.  Questions that the server can answer by itself go past that: they put
 * a condition together and ask with remote_ask().
 *
 * The server knows no transactions.  What is fetched of crashes that came in
 * while a question was at work does not fit together, and is an error.
 */
#ifndef CLICKHOUSE_REMOTE_H
#define CLICKHOUSE_REMOTE_H

#include "signatures/clickhouse/http.h"
#include "signatures/clickhouse/sql.h"
#include "signatures/store/store_read.h"

/* A store at a clickhouse:// address; STATUS_USAGE, STATUS_IO, STATUS_STORE. */
enum status remote_open(const char *address, struct store **ret,
			struct error *err) MUST_CHECK;

/* Is it one of these? */
bool remote_is(struct store *store);

/*
 * SELECT columns of the crashes for which condition holds (NULL: all), then
 * tail (GROUP BY, ORDER BY, LIMIT; may be ""); rows in RowBinary.  The caller
 * frees ret.
 */
enum status remote_ask(struct store *store, const char *columns,
		       const char *condition, const char *tail,
		       struct http_answer *ret, struct error *err) MUST_CHECK;

/* The rows for which condition holds. */
enum status remote_rows(struct store *store, const char *condition,
			struct store_rows *rows, struct error *err) MUST_CHECK;

/*
 * A condition on the module fields of a crash as one that looks at each list of
 * modules once.
 */
const char *remote_on_modules(struct store *store, const char *condition,
			      struct arena *arena);

/* A crash by its id, with the values that do not follow from it. */
struct remote_crash {
	struct store_crash crash;
	const char *cluster; /* NULL = none */
};

/* In the order of ids; ret has count places and lives in arena. */
enum status remote_crashes(struct store *store, const struct hash128 *ids,
			   size_t count, struct arena *arena,
			   struct remote_crash *ret,
			   struct error *err) MUST_CHECK;

#endif
