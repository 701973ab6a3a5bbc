/*
 * table_markdown.h - a pipe table for chat, mail and tickets.
 */
#ifndef QUERY_TABLE_MARKDOWN_H
#define QUERY_TABLE_MARKDOWN_H

#include "query/table.h"

extern const struct table_printer table_markdown;

#endif
