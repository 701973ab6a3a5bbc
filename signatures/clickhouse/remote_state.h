/*
 * remote_state.h - the inside of a remote store; for remote*.c alone.
 */
#ifndef CLICKHOUSE_REMOTE_STATE_H
#define CLICKHOUSE_REMOTE_STATE_H

#include "signatures/clickhouse/crashrow.h"
#include "signatures/clickhouse/remote.h"

/* The terms of a field: term n is at[n - 1]. */
struct remote_terms {
	bool is_there;
	struct store_term *at;
	size_t count;
};

/*
 * Which rows, or of modules which lists, have each term: those of term n are
 * items[first[n]] to items[first[n + 1]].
 */
struct remote_postings {
	bool is_there;
	uint32_t asked; /* for single terms, so far */
	size_t *first;
	uint32_t *items;
};

struct remote {
	struct arena arena; /* for as long as it is open */
	struct address address;
	struct http *http;
	uint32_t rows;
	struct hash128 *ids; /* by row; NULL: not fetched yet */
	struct remote_terms terms[CRASHROW_FIELDS];
	uint32_t *columns[CRASHROW_FIELDS]; /* terms by row */
	uint64_t *numbers[CRASHROW_FIELDS]; /* numbers by row */
	struct remote_postings postings[CRASHROW_FIELDS];
	uint64_t *list_hashes; /* of list n at n - 1, rising */
	size_t list_count;
	uint32_t *lists;     /* by row; NULL: not fetched yet */
	struct error failed; /* the first failure; STATUS_OK: none */
};

/* As remote_ask(). */
enum status remote_select(struct remote *remote, const char *columns,
			  const char *condition, const char *tail,
			  struct http_answer *ret, struct error *err);

/* A failure that a function has no way to tell; false for its return. */
bool remote_fail(struct remote *remote, const struct error *err);

/* The crashes changed while they were read, or the server talks nonsense. */
enum status remote_misfit(struct error *err);

/* Fetch ids, if that has not been done. */
enum status remote_fetch_ids(struct remote *remote, struct error *err);

/* The row of a crash; false if it was not there when ids were fetched. */
bool remote_row_of(const struct remote *remote, struct hash128 id,
		   uint32_t *ret);

/* Rows of an answer of id_high, id_low. */
enum status remote_take_rows(struct remote *remote, struct http_answer *answer,
			     struct store_rows *rows, struct error *err);

#endif
