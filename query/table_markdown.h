/*
 * table_markdown.h - a pipe table for chat, mail and tickets.
 */
#ifndef QUERY_TABLE_MARKDOWN_H
#define QUERY_TABLE_MARKDOWN_H

#include "query/table.h"

extern const struct table_printer table_markdown;

/* Write text, visible and as text. */
void table_markdown_escape(FILE *out, struct arena *arena, const char *text);

/* Write visible lines as a block of code, which none of them ends. */
void table_markdown_block(FILE *out, const char *lines);

#endif
