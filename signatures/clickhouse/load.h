/*
 * load.h - the crashes of a store into a ClickHouse database.
 *
 * A load compares before it sends: a crash that lies there already, with the
 * same content, is passed over.  So a load that was broken off is carried on by
 * another, and one that is done changes nothing when it is done again.
 *
 * What others have put there is never lost.  Where a crash of the store and one
 * of the database are one crash, seen in different files by different hosts,
 * both sets of files are put into a scratch store, which knows how to join
 * them, and what that makes of them is sent.  Only rows that the store was
 * itself made from (known) are replaced, or taken away, without a look.
 *
 * The server knows no transactions, so one thing escapes this: of two loads at
 * the same time that have each a file of one crash, or each a name of one file,
 * neither sees the other's row, and the row that comes last is the one.
 */
#ifndef CLICKHOUSE_LOAD_H
#define CLICKHOUSE_LOAD_H

#include "signatures/clickhouse/fetch.h"

struct load_options {
	const char *scratch_dir;	 /* for a scratch store */
	const struct fetch_known *known; /* or NULL */
	void *closure;
	void (*progress)(void *closure, uint64_t crashes, uint64_t all);
};

struct load_tally {
	uint64_t sent;	 /* new there, or changed */
	uint64_t same;	 /* there already */
	uint64_t joined; /* sent, of files from here and from there */
	uint64_t gone;	 /* taken away: now part of another crash */
};

/* The tables are there; store is in a transaction. */
enum status load_store(struct http *http, const struct address *address,
		       struct store *store, const struct load_options *options,
		       struct load_tally *ret, struct error *err) MUST_CHECK;

#endif
