#include "query/table_text.h"

#include <inttypes.h>
#include <string.h>

#include "signatures/base/text.h"

enum {
	HELD_MAX = 4096, /* rows looked at to choose widths */
	BAR_CELLS = 20,
};

/* Cells as they will stand, NULL for a column that is not shown. */
struct held_row {
	const char *cells[TABLE_COLUMNS_MAX];
};

struct table_held {
	struct held_row *rows;
	size_t count;
	bool flowing; /* widths are chosen, rows go straight out */
	size_t widths[TABLE_COLUMNS_MAX];
};

static const char *render(struct arena *arena,
			  const struct table_column *column,
			  const struct table_cell *cell)
{
	char bar[TABLE_BAR_BYTES];

	if (!cell->known)
		return column->kind == TABLE_BAR ? "" : "-";
	switch (column->kind) {
	case TABLE_COUNT:
		return text_printf(arena, "%" PRIu64, cell->count);
	case TABLE_SHARE:
		return text_printf(arena, "%.2f%%", 100 * cell->real);
	case TABLE_REAL:
		return text_printf(arena, "%.3g", cell->real);
	case TABLE_BAR:
		table_bar(cell->real, BAR_CELLS, bar);
		return text_copy(arena, bar);
	case TABLE_WORD:
	case TABLE_TEXT:
		break;
	}
	return table_visible(arena, cell->text);
}

static void text_begin(struct table *table)
{
	table->held = arena_take(&table->arena, 1, sizeof(*table->held));
	table->held->rows =
		arena_take(&table->arena, HELD_MAX, sizeof(struct held_row));
}

static bool right_aligned(const struct table_column *column)
{
	return column->kind == TABLE_COUNT || column->kind == TABLE_SHARE ||
	       column->kind == TABLE_REAL;
}

static void print_cells(struct table *table, const char *const cells[])
{
	size_t owed = 0; /* blanks are printed only before something */
	bool first = true;

	for (size_t i = 0; i < table->column_count; i++) {
		if (!cells[i])
			continue;

		const size_t width = table_width(cells[i]);
		const size_t pad = width < table->held->widths[i]
					   ? table->held->widths[i] - width
					   : 0;
		const bool right = right_aligned(&table->columns[i]);

		owed += (first ? 0 : 2) + (right ? pad : 0);
		if (*cells[i]) {
			fprintf(table->out, "%*s%s", (int)owed, "", cells[i]);
			owed = 0;
		}
		owed += right ? 0 : pad;
		first = false;
	}
	fputc('\n', table->out);
}

static void widen(struct table_held *held, size_t column, const char *cell)
{
	const size_t width = table_width(cell);

	if (width > held->widths[column])
		held->widths[column] = width;
}

/* Choose widths by what is held, then let it go. */
static void release(struct table *table)
{
	struct table_held *held = table->held;
	const char *titles[TABLE_COLUMNS_MAX] = { NULL };
	bool titled = false;

	for (size_t i = 0; i < table->column_count; i++) {
		if (!table_shows(table, i))
			continue;
		titles[i] = table->columns[i].title;
		titled |= *titles[i] != '\0';
		widen(held, i, titles[i]);
		for (size_t j = 0; j < held->count; j++)
			widen(held, i, held->rows[j].cells[i]);
	}
	if (titled && held->count)
		print_cells(table, titles);
	for (size_t j = 0; j < held->count; j++)
		print_cells(table, held->rows[j].cells);
	held->flowing = true;
}

static void text_row(struct table *table, const struct table_cell *cells)
{
	struct table_held *held = table->held;
	struct held_row row = { { NULL } };
	struct arena *arena = held->flowing ? &table->passing : &table->arena;

	for (size_t i = 0; i < table->column_count; i++) {
		if (table_shows(table, i))
			row.cells[i] =
				render(arena, &table->columns[i], &cells[i]);
	}
	if (held->flowing) {
		print_cells(table, row.cells);
		return;
	}
	held->rows[held->count++] = row;
	if (held->count == HELD_MAX)
		release(table);
}

static void text_end(struct table *table)
{
	if (!table->held->flowing)
		release(table);
	if (table->notes && table->row_count)
		fputc('\n', table->out);
	for (const struct table_note *n = table->notes; n; n = n->next)
		fprintf(table->out, "%s\n", n->text);
}

const struct table_printer table_text = {
	"text", TABLE_PEOPLE, text_begin, text_row, text_end,
};
