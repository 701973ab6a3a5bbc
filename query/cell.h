/*
 * cell.h - what a crash shows in a line of a table, or in JSON.
 */
#ifndef QUERY_CELL_H
#define QUERY_CELL_H

#include "signatures/base/json.h"
#include "signatures/store/store_read.h"

/* Texts live in arena; NULL where the crash does not say. */
const char *cell_time(struct arena *arena, const struct crash *crash);
/* "0xd1", and "D1 DRIVER_IRQL_NOT_LESS_OR_EQUAL" for people. */
const char *cell_bugcheck(struct arena *arena, const struct crash *crash);
const char *cell_bugcheck_name(struct arena *arena, const struct crash *crash);
/* "ks.sys+0x1ae9" */
const char *cell_fault(struct arena *arena, const struct crash *crash);
/* The path of the file that says most; NULL if none is known. */
const char *cell_source(const struct store_crash *crash);

/* The row's value of a FIELD_COLUMN field of that name, as text. */
const char *cell_column(struct store *store, const char *field, uint32_t row,
			struct arena *arena);

/* The crash of the contract, with its cluster and files; caller destroys. */
struct json *cell_json(struct store *store, uint32_t row,
		       const struct store_crash *crash, struct arena *arena);

/* Likewise, where the cluster is known already; NULL: in none. */
struct json *cell_json_of(const struct store_crash *crash, const char *cluster);

#endif
