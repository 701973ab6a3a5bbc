#include "query/table_json.h"

#include <math.h>
#include <stdlib.h>

static void json_begin(struct table *table)
{
	fputs("{\"format\":1,\"rows\":[", table->out);
}

/* Six significant digits, as in CSV. */
static double real_of(double real)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6g", real);
	return strtod(text, NULL);
}

/* Fractions to six places, as in CSV, so that both say the same. */
static struct json *json_cell(const struct table_column *column,
			      const struct table_cell *cell)
{
	if (!cell->known)
		return json_new_null();
	switch (column->kind) {
	case TABLE_COUNT:
		return json_new_integer((int64_t)cell->count);
	case TABLE_SHARE:
	case TABLE_BAR:
		return json_new_real(round(cell->real * 1e6) / 1e6);
	case TABLE_REAL:
		return json_new_real(real_of(cell->real));
	case TABLE_WORD:
	case TABLE_TEXT:
		break;
	}
	return json_new_text(cell->text);
}

static void json_row(struct table *table, const struct table_cell *cells)
{
	struct json *row = json_new_object();

	for (size_t i = 0; i < table->column_count; i++) {
		if (table_shows(table, i))
			json_set(row, table->columns[i].name,
				 json_cell(&table->columns[i], &cells[i]));
	}
	fputs(table->row_count ? ",\n" : "\n", table->out);
	json_print(row, table->out);
	json_destroy(row);
}

static void json_end(struct table *table)
{
	fputs(table->row_count ? "\n]" : "]", table->out);
	for (const struct table_fact *f = table->facts; f; f = f->next) {
		fprintf(table->out, ",\n\"%s\":", f->key);
		json_print(f->value, table->out);
	}
	fputs("}\n", table->out);
}

const struct table_printer table_json = {
	"json", TABLE_PROGRAMS | TABLE_DETAILS, json_begin, json_row, json_end,
};
