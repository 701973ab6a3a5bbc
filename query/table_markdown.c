#include "query/table_markdown.h"

#include <string.h>

void table_markdown_escape(FILE *out, struct arena *arena, const char *text)
{
	for (text = table_visible(arena, text); *text; text++) {
		if (*text == '<')
			fputs("&lt;", out);
		else if (*text == '&')
			fputs("&amp;", out);
		else
			fprintf(out, strchr("|\\`*[]~", *text) ? "\\%c" : "%c",
				*text);
	}
}

static void put_fence(FILE *out, size_t ticks)
{
	while (ticks--)
		fputc('`', out);
}

void table_markdown_block(FILE *out, const char *lines)
{
	size_t ticks = 3;

	/* One tick more than the longest run in it. */
	for (const char *at = strchr(lines, '`'); at; at = strchr(at, '`')) {
		const size_t run = strspn(at, "`");

		ticks = run >= ticks ? run + 1 : ticks;
		at += run;
	}
	put_fence(out, ticks);
	fprintf(out, "\n%s", lines);
	put_fence(out, ticks);
	fputc('\n', out);
}

/* Bars do not line up in a proportional face: people get the numbers. */
static bool shows(const struct table *table, size_t column)
{
	return table_shows(table, column) &&
	       table->columns[column].kind != TABLE_BAR;
}

static void markdown_begin(struct table *table)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (shows(table, i))
			fprintf(table->out, "| %s ", table->columns[i].title);
	}
	fputs("|\n", table->out);
	for (size_t i = 0; i < table->column_count; i++) {
		const enum table_kind kind = table->columns[i].kind;

		if (shows(table, i))
			fputs(kind == TABLE_COUNT || kind == TABLE_SHARE ||
					      kind == TABLE_REAL
				      ? "| ---: "
				      : "| --- ",
			      table->out);
	}
	fputs("|\n", table->out);
}

static void markdown_cell(struct table *table,
			  const struct table_column *column,
			  const struct table_cell *cell)
{
	const char *number;

	if (!cell->known || column->kind == TABLE_BAR)
		return;
	number = table_number(&table->passing, column, cell);
	if (number)
		fputs(number, table->out);
	else
		table_markdown_escape(table->out, &table->passing, cell->text);
}

static void markdown_row(struct table *table, const struct table_cell *cells)
{
	for (size_t i = 0; i < table->column_count; i++) {
		if (!shows(table, i))
			continue;
		fputs("| ", table->out);
		markdown_cell(table, &table->columns[i], &cells[i]);
		fputc(' ', table->out);
	}
	fputs("|\n", table->out);
}

static void markdown_end(struct table *table)
{
	for (const struct table_note *n = table->notes; n; n = n->next) {
		fputc('\n', table->out);
		table_markdown_escape(table->out, &table->passing, n->text);
		fputc('\n', table->out);
	}
}

const struct table_printer table_markdown = {
	"markdown", TABLE_PEOPLE, markdown_begin, markdown_row, markdown_end,
};
