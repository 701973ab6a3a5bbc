/*
 * sql.h - a statement, put together piece by piece.
 *
 * Debian's ClickHouse (18.16) has no parameters in queries over HTTP
 * ({name:Type} with param_name= came with 19.14), so values become literals,
 * and they do so in sql_text() and nowhere else.  Names of tables and columns
 * are our own or have passed address_is_name().
 */
#ifndef CLICKHOUSE_SQL_H
#define CLICKHOUSE_SQL_H

#include "signatures/base/pack.h"

struct sql {
	struct arena *arena;
	struct pack out;
};

/* Grows in arena. */
struct sql sql_begin(struct arena *arena);

/* Words of our own; never a value from outside but a number. */
void sql_add(struct sql *sql, const char *format, ...) PRINTF_LIKE(2, 3);

/* A value as a literal in quotes. */
void sql_text(struct sql *sql, const char *text);

/* The statement so far; lives in the arena. */
const char *sql_done(const struct sql *sql);

#endif
