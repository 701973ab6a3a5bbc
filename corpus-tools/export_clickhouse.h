/*
 * export_clickhouse.h - a store into a ClickHouse database.
 */
#ifndef CORPUS_TOOLS_EXPORT_CLICKHOUSE_H
#define CORPUS_TOOLS_EXPORT_CLICKHOUSE_H

#include "signatures/store/store.h"

/*
 * The tables are made, over the cluster if one is named, and loaded; says on
 * standard output how many crashes were sent.  scratch is a folder.
 */
enum status export_clickhouse(struct store *store, const char *to,
			      const char *cluster, const char *scratch,
			      struct error *err) MUST_CHECK;

#endif
