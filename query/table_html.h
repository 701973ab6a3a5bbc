/*
 * table_html.h - one page that fetches nothing and runs nothing.
 */
#ifndef QUERY_TABLE_HTML_H
#define QUERY_TABLE_HTML_H

#include "query/table.h"

extern const struct table_printer table_html;

/* text with & < > " ' as entities; control characters made visible. */
void table_html_escape(FILE *out, struct arena *arena, const char *text);

#endif
