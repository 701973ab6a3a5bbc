/*
 * tables.h - what lies in a ClickHouse database: the crashes of a fleet.
 *
 *   crashes    a row a crash: a column for each field of field.h under its
 *              name, and
 *                id_high, id_low    the crash's identity: the sorting key
 *                version            of the row; the highest is the one
 *                content_high, _low hash of all that follows
 *                id                 as people see it
 *                ids                of the crash and its files, first halves
 *                links              identity_keys() of its files
 *                contents           of its files, first halves
 *                fields             tables_fields() of who wrote the row
 *                records_hash       of records
 *                list_hash          of the module fields; 0 = no modules
 *                file_count         0: there is no such crash any more
 *                records            of its files, richest first: record.h
 *              Fields with one value are String ('' = none) or
 *              Nullable(UInt64), fields with many are arrays, sorted, each
 *              value once.  Times are FILETIME.
 *   refused    inputs that were not read, by content
 *   archives   archives that are done, by content
 *   copies     other names (their hashes) of files
 *   settled    what the settling pass knows of the names of frames, by key;
 *              value is its own business (settle/memory.h), and
 *                pass, entries      a hash of all that were sent together, and
 *                                   their number: others are of no use
 *
 * All are ReplacingMergeTree: a row that comes again takes the place of the
 * one with its key, so that a load may be broken off and begun again.  What is
 * replaced stays until the server merges it away; readers say FINAL, or look
 * for the highest version.
 *
 * On a cluster each table NAME is a Distributed table over the tables
 * NAME_local of all servers, and a crash lies on the server its id says.
 */
#ifndef CLICKHOUSE_TABLES_H
#define CLICKHOUSE_TABLES_H

#include "signatures/clickhouse/http.h"
#include "signatures/clickhouse/sql.h"
#include "signatures/field.h"

/* Has the field an array, whose values are numbers or text? */
bool tables_is_array(const struct field *field);

/* A hash of all fields: names, types, kinds. */
uint64_t tables_fields(void);

/*
 * Make on each host what is not there yet, columns of new fields too; cluster
 * is a name that the servers know, or NULL.
 */
enum status tables_make(struct http *http, const struct address *address,
			const char *cluster, struct error *err) MUST_CHECK;

/* INSERT of whole rows, in the order crashrow_encode() writes columns. */
const char *tables_insert(const struct address *address, const char *table,
			  struct arena *arena);

#endif
