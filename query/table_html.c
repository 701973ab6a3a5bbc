#include "query/table_html.h"

#include <string.h>

static const char style[] =
	":root{color-scheme:light dark}"
	"body{font:15px/1.4 system-ui,sans-serif;margin:2em auto;"
	"max-width:72em;padding:0 1em}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{text-align:left;padding:.2em .8em .2em 0;"
	"border-bottom:1px solid #8884;vertical-align:top}"
	".n{text-align:right;font-variant-numeric:tabular-nums}"
	".w{font-family:ui-monospace,monospace}"
	".b{font-family:ui-monospace,monospace;white-space:pre;color:#36c}";

void table_html_escape(FILE *out, struct arena *arena, const char *text)
{
	for (text = table_visible(arena, text); *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static const char *class_of(const struct table_column *column)
{
	switch (column->kind) {
	case TABLE_COUNT:
	case TABLE_SHARE:
	case TABLE_REAL:
		return " class=n";
	case TABLE_BAR:
		return " class=b";
	case TABLE_WORD:
		return " class=w";
	case TABLE_TEXT:
		break;
	}
	return "";
}

static void html_begin(struct table *table)
{
	fputs("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
	      "<meta http-equiv=Content-Security-Policy "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
	      "<meta name=viewport content=\"width=device-width\">\n<title>",
	      table->out);
	table_html_escape(table->out, &table->passing, table->title);
	fprintf(table->out, "</title>\n<style>%s</style></head>\n<body><h1>",
		style);
	table_html_escape(table->out, &table->passing, table->title);
	fputs("</h1>\n<table>\n<thead><tr>", table->out);
	for (size_t i = 0; i < table->column_count; i++) {
		if (!table_shows(table, i))
			continue;
		fprintf(table->out, "<th scope=col%s>",
			class_of(&table->columns[i]));
		table_html_escape(table->out, &table->passing,
				  table->columns[i].title);
		fputs("</th>", table->out);
	}
	fputs("</tr></thead>\n<tbody>\n", table->out);
}

static void html_cell(struct table *table, const struct table_column *column,
		      const struct table_cell *cell)
{
	char bar[TABLE_BAR_BYTES];
	const char *number;

	if (!cell->known)
		return;
	number = table_number(&table->passing, column, cell);
	if (number) {
		fputs(number, table->out);
	} else if (column->kind == TABLE_BAR) {
		table_bar(cell->real, TABLE_BAR_CELLS, bar);
		fputs(bar, table->out);
	} else {
		table_html_escape(table->out, &table->passing, cell->text);
	}
}

static void html_row(struct table *table, const struct table_cell *cells)
{
	fputs("<tr>", table->out);
	for (size_t i = 0; i < table->column_count; i++) {
		const struct table_column *column = &table->columns[i];

		if (!table_shows(table, i))
			continue;
		fprintf(table->out, "<td%s%s>", class_of(column),
			column->kind == TABLE_BAR ? " aria-hidden=true" : "");
		html_cell(table, column, &cells[i]);
		fputs("</td>", table->out);
	}
	fputs("</tr>\n", table->out);
}

static void html_end(struct table *table)
{
	fputs("</tbody></table>\n", table->out);
	for (const struct table_note *n = table->notes; n; n = n->next) {
		fputs("<p>", table->out);
		table_html_escape(table->out, &table->passing, n->text);
		fputs("</p>\n", table->out);
	}
	fputs("</body></html>\n", table->out);
}

const struct table_printer table_html = {
	"html", TABLE_PEOPLE, html_begin, html_row, html_end,
};
