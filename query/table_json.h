/*
 * table_json.h - one object: "format", "rows" and the facts beside them.
 * query/FORMAT.md is its schema.
 */
#ifndef QUERY_TABLE_JSON_H
#define QUERY_TABLE_JSON_H

#include "query/table.h"

extern const struct table_printer table_json;

#endif
