/*
 * fetch.h - crashes of a ClickHouse database into a store.
 */
#ifndef CLICKHOUSE_FETCH_H
#define CLICKHOUSE_FETCH_H

#include "signatures/clickhouse/http.h"
#include "signatures/store/store.h"

/* A row of the table crashes as it was when it was fetched. */
struct fetch_row {
	struct hash128 id;
	struct hash128 content;
};

struct fetch_known {
	struct fetch_row *rows; /* by id */
	size_t count;
	size_t room;
};

/*
 * All crashes; commits store and begins again every so often.  The caller ends
 * ret with fetch_known_deinit().
 */
enum status fetch_all(struct http *http, const struct address *address,
		      struct store *store, struct fetch_known *ret,
		      struct error *err) MUST_CHECK;
void fetch_known_deinit(struct fetch_known *known);

/* What was fetched under id, or NULL. */
const struct fetch_row *fetch_known_find(const struct fetch_known *known,
					 struct hash128 id);

/* The files of these crashes; store is in a write transaction. */
enum status fetch_crashes(struct http *http, const struct address *address,
			  const struct hash128 *ids, size_t count,
			  struct store *store, struct error *err) MUST_CHECK;

/* Refusals, archives and other names of files; likewise. */
enum status fetch_aside(struct http *http, const struct address *address,
			struct store *store, struct error *err) MUST_CHECK;

#endif
