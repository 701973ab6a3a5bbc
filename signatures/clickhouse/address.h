/*
 * address.h - where a ClickHouse database is.
 *
 *     clickhouse://[USER[:PASSWORD]@]HOST:PORT[,HOST:PORT...]/DATABASE
 *
 * PORT is that of the HTTP interface.  Several hosts are the servers of one
 * cluster: any of them answers, and the tables are made on each.
 */
#ifndef CLICKHOUSE_ADDRESS_H
#define CLICKHOUSE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "signatures/base/arena.h"
#include "signatures/base/error.h"

#define ADDRESS_HOSTS_MAX 1024

struct address {
	const char *user;		      /* NULL: the server's default */
	const char *password;		      /* NULL: none */
	const char *hosts[ADDRESS_HOSTS_MAX]; /* "host:port" */
	size_t host_count;
	const char *database;
};

/* Does a --store or --to speak of such a place? */
bool address_is(const char *text);

/* ret borrows arena; STATUS_USAGE says what does not make sense. */
enum status address_parse(const char *text, struct arena *arena,
			  struct address *ret, struct error *err) MUST_CHECK;

/* A name that needs no quoting: letters, digits and _, a letter first. */
bool address_is_name(const char *text);

#endif
