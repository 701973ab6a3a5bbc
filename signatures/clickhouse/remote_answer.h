/*
 * remote_answer.h - what a remote store asks its server, and whose crashes the
 * answers are of; for remote*.c alone.
 */
#ifndef CLICKHOUSE_REMOTE_ANSWER_H
#define CLICKHOUSE_REMOTE_ANSWER_H

#include "signatures/clickhouse/remote_state.h"

/* As remote_ask(). */
enum status remote_answer_select(struct remote *remote, const char *columns,
				 const char *condition, const char *tail,
				 struct http_answer *ret, struct error *err);

/* A failure that a function has no way to tell; false for its return. */
bool remote_answer_fail(struct remote *remote, const struct error *err);

/* The crashes changed while they were read, or the server talks nonsense. */
enum status remote_answer_misfit(struct error *err);

/* Fetch ids, if that has not been done. */
enum status remote_answer_ids(struct remote *remote, struct error *err);

/* The row of a crash; false if it was not there when ids were fetched. */
bool remote_answer_row(const struct remote *remote, struct hash128 id,
		       uint32_t *ret);

/* Rows of an answer of id_high, id_low. */
enum status remote_answer_rows(struct remote *remote,
			       struct http_answer *answer,
			       struct store_rows *rows, struct error *err);

#endif
