/*
 * http.h - questions to a ClickHouse server: the door to libcurl.
 *
 * A question goes to the host that answered last; where it cannot be reached,
 * or breaks off, to the next one.  That is safe: whatever is written may be
 * written twice (see tables.h).  Answers are read whole: the server is asked to
 * hold an answer back until it is complete, so that a failure half way is an
 * error and never a short answer.
 */
#ifndef CLICKHOUSE_HTTP_H
#define CLICKHOUSE_HTTP_H

#include <stdint.h>

#include "signatures/base/bytes.h"
#include "signatures/clickhouse/address.h"

struct http;

/* Borrows address; does not connect yet; the caller closes. */
enum status http_open(const struct address *address, struct http **ret,
		      struct error *err) MUST_CHECK;
void http_close(struct http *http);

struct http_answer {
	uint8_t *data;
	size_t size;
};

/* The answer to sql, which names its FORMAT; the caller frees it. */
enum status http_ask(struct http *http, const char *sql,
		     struct http_answer *ret, struct error *err) MUST_CHECK;
void http_answer_free(struct http_answer *answer);

/* INSERT ... FORMAT ..., and the rows that go with it. */
enum status http_insert(struct http *http, const char *sql, struct bytes rows,
			struct error *err) MUST_CHECK;

/* A question to one host and no other; its answer may be empty. */
enum status http_ask_host(struct http *http, size_t host, const char *sql,
			  struct http_answer *ret,
			  struct error *err) MUST_CHECK;

#endif
