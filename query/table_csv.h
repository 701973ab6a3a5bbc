/*
 * table_csv.h - RFC 4180 with a header line; nothing but the rows.
 *
 * Spreadsheets run cells that look like formulas, and text in a dump belongs
 * to whoever crashed: such text gets a quote (') in front.  Codes and numbers
 * of ours are never changed.
 */
#ifndef QUERY_TABLE_CSV_H
#define QUERY_TABLE_CSV_H

#include "query/table.h"

extern const struct table_printer table_csv;

#endif
