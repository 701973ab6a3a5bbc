#include "query/table_csv.h"

#include <inttypes.h>

#include "signatures/base/csv.h"
#include "signatures/base/text.h"

static void csv_cell(struct table *table, size_t i,
		     const struct table_cell *cell)
{
	if (!cell->known)
		return;
	switch (table->columns[i].kind) {
	case TABLE_COUNT:
		fputs(text_decimal(&table->passing, cell->count), table->out);
		return;
	case TABLE_SHARE:
	case TABLE_BAR:
		fputs(text_fixed(&table->passing, cell->real, 6, ""),
		      table->out);
		return;
	case TABLE_REAL:
		fprintf(table->out, "%.6g", cell->real);
		return;
	case TABLE_WORD:
		csv_put(table->out, cell->text, false);
		return;
	case TABLE_TEXT:
		break;
	}

	csv_put(table->out, table_visible(&table->passing, cell->text),
		csv_is_formula(cell->text));
}

static void csv_begin(struct table *table)
{
	bool first = true;

	for (size_t i = 0; i < table->column_count; i++) {
		if (!table_shows(table, i))
			continue;
		fprintf(table->out, "%s%s", first ? "" : ",",
			table->columns[i].name);
		first = false;
	}
	fputs("\r\n", table->out);
}

static void csv_row(struct table *table, const struct table_cell *cells)
{
	bool first = true;

	for (size_t i = 0; i < table->column_count; i++) {
		if (!table_shows(table, i))
			continue;
		if (!first)
			fputc(',', table->out);
		csv_cell(table, i, &cells[i]);
		first = false;
	}
	fputs("\r\n", table->out);
}

static void csv_end(struct table *table)
{
	(void)table;
}

const struct table_printer table_csv = {
	"csv", TABLE_PROGRAMS, csv_begin, csv_row, csv_end,
};
