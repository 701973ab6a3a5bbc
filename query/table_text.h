/*
 * table_text.h - for a terminal: aligned columns, bars, notes underneath.
 */
#ifndef QUERY_TABLE_TEXT_H
#define QUERY_TABLE_TEXT_H

#include "query/table.h"

extern const struct table_printer table_text;

#endif
