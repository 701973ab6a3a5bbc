#include "query/table_text.h"

#include <string.h>

#include "query/fold.h"
#include "query/terminal.h"
#include "signatures/base/text.h"

enum {
	HELD_MAX = 4096, /* rows looked at to choose widths */
	HELD_FIRST = 64, /* room to begin with */
	LINE_FIRST = 256,
	NOTE_HANG = 2, /* what lines that go on are set in by */
};

struct table_held {
	const char ***rows; /* of cells as they will stand, of columns shown */
	size_t count;
	size_t room;
	bool flowing; /* widths are chosen, rows go straight out */
	size_t shown[TABLE_COLUMNS_MAX];
	size_t shown_count;
	size_t widths[TABLE_COLUMNS_MAX];
	bool hidden[TABLE_COLUMNS_MAX]; /* there is no room */
	char *line;			/* being put together */
	size_t line_bytes, line_room;
};

static const char *render_bar(struct arena *arena, double fraction)
{
	char bar[TABLE_BAR_BYTES];

	if (terminal_is_ascii())
		return text_printf(arena, "%.*s",
				   (int)(fraction * TABLE_BAR_CELLS + 0.5),
				   "####################");
	table_bar(fraction, TABLE_BAR_CELLS, bar);
	return text_copy(arena, bar);
}

/* Lives in arena, or (word, text) is the cell's own. */
static const char *render(struct arena *arena,
			  const struct table_column *column,
			  const struct table_cell *cell)
{
	const char *number;

	if (!cell->known)
		return column->kind == TABLE_BAR ? "" : "-";
	if (column->kind == TABLE_BAR)
		return render_bar(arena, cell->real);
	number = table_number(arena, column, cell);
	if (number)
		return number;
	return table_is_plain(cell->text) ? cell->text
					  : table_visible(arena, cell->text);
}

static void text_begin(struct table *table)
{
	struct table_held *held =
		arena_take(&table->arena, 1, sizeof(*table->held));

	table->held = held;
	for (size_t i = 0; i < table->column_count; i++)
		if (table_shows(table, i))
			held->shown[held->shown_count++] = i;
}

/* Most tables are short. */
static void hold(struct table *table, const char **cells)
{
	struct table_held *held = table->held;

	if (held->count == held->room) {
		const size_t room = held->room ? 2 * held->room : HELD_FIRST;
		const char ***rows =
			arena_take(&table->arena, room, sizeof(*rows));

		if (held->count)
			memcpy(rows, held->rows, held->count * sizeof(*rows));
		held->rows = rows;
		held->room = room;
	}
	held->rows[held->count++] = cells;
}

static bool right_aligned(const struct table_column *column)
{
	return column->kind == TABLE_COUNT || column->kind == TABLE_SHARE ||
	       column->kind == TABLE_REAL;
}

enum {
	/* A column is not cut to less; ids, codes and times stay whole. */
	NARROWEST_TEXT = 12,
	NARROWEST_WORD = 24,
	/* Rather than cut text to less, what can be spared is left out. */
	READABLE_TEXT = 24,
};

static size_t narrowest(const struct table_column *column)
{
	switch (column->kind) {
	case TABLE_TEXT:
		return NARROWEST_TEXT;
	case TABLE_WORD:
		return NARROWEST_WORD;
	default:
		return SIZE_MAX;
	}
}

/* text in so many columns, its end cut off and marked. */
static const char *cut(struct arena *arena, const char *text, size_t width)
{
	char *copy = text_copy(arena, text);
	size_t bytes = strlen(copy);

	if (table_width(copy) <= width)
		return text;
	while (bytes && table_width(copy) > width - 1) {
		do
			bytes--;
		while (bytes && ((unsigned char)copy[bytes] & 0xc0) == 0x80);
		copy[bytes] = '\0';
	}
	return text_printf(arena, "%s%s", copy,
			   terminal_is_ascii() ? "~" : "\u2026");
}

/* So many more bytes of the line. */
static char *take_line(struct table *table, size_t bytes)
{
	struct table_held *held = table->held;
	char *at;

	if (!held->line || bytes > held->line_room - held->line_bytes) {
		const size_t room = 2 * (held->line_bytes + bytes) + LINE_FIRST;
		char *line = arena_take(&table->arena, room, 1);

		if (held->line_bytes)
			memcpy(line, held->line, held->line_bytes);
		held->line = line;
		held->line_room = room;
	}
	at = held->line + held->line_bytes;
	held->line_bytes += bytes;
	return at;
}

static void put_line(struct table *table)
{
	struct table_held *held = table->held;

	fwrite_unlocked(held->line, 1, held->line_bytes, table->out);
	held->line_bytes = 0;
}

static void print_line(struct table *table)
{
	*take_line(table, 1) = '\n';
	put_line(table);
}

/* The last column alone can go on in further lines. */
static bool is_folded(const struct table *table, size_t n)
{
	const struct table_held *held = table->held;
	const struct table_column *column = &table->columns[held->shown[n]];

	return terminal_columns() && n + 1 == held->shown_count &&
	       column->reader & TABLE_FOLDED;
}

static void put_folded(struct table *table, const char *cell, size_t at)
{
	put_line(table);
	fold_put(table->out, cell, terminal_columns(), at,
		 at + strspn(cell, " ") + NOTE_HANG);
}

static void print_cells(struct table *table, const char *const cells[])
{
	const struct table_held *held = table->held;
	size_t owed = 0; /* blanks are printed only before something */
	size_t at = 0;
	bool first = true;

	for (size_t n = 0; n < held->shown_count; n++) {
		const size_t i = held->shown[n];

		if (held->hidden[i])
			continue;

		const bool folds = is_folded(table, n);
		const bool cuts = terminal_columns() && !folds &&
				  narrowest(&table->columns[i]) != SIZE_MAX;
		const char *cell =
			cuts ? cut(&table->passing, cells[n], held->widths[i])
			     : cells[n];
		const size_t bytes = strlen(cell);
		const bool right = right_aligned(&table->columns[i]);
		/* Numbers are as wide as they are long. */
		const size_t width =
			right ? bytes : table_width_of(cell, bytes);
		const size_t pad =
			width < held->widths[i] ? held->widths[i] - width : 0;

		owed += (first ? 0 : 2) + (right ? pad : 0);
		if (bytes) {
			memset(take_line(table, owed), ' ', owed);
			at += owed + width;
			if (folds)
				put_folded(table, cell, at - width);
			else
				memcpy(take_line(table, bytes), cell, bytes);
			owed = 0;
		}
		owed += right ? 0 : pad;
		first = false;
	}
	print_line(table);
}

static void widen(struct table_held *held, size_t column, const char *cell)
{
	const size_t width = table_width(cell);

	if (width > held->widths[column])
		held->widths[column] = width;
}

static bool is_shown(const struct table *table, size_t column)
{
	return table_shows(table, column) && !table->held->hidden[column];
}

/* What the columns take; with texts of most columns at the most. */
static size_t width_of(const struct table *table, size_t most)
{
	size_t total = 0;

	for (size_t i = 0; i < table->column_count; i++) {
		size_t width = table->held->widths[i];

		if (!is_shown(table, i))
			continue;
		if (table->columns[i].kind == TABLE_TEXT && width > most)
			width = most;
		total += width + (total ? 2 : 0);
	}
	return total;
}

/* Leave out what can be spared, the widest first, until texts are readable. */
static void spare(struct table *table)
{
	struct table_held *held = table->held;

	while (width_of(table, READABLE_TEXT) > terminal_columns()) {
		size_t widest = TABLE_COLUMNS_MAX;

		for (size_t i = 0; i < table->column_count; i++) {
			if (is_shown(table, i) &&
			    table->columns[i].reader & TABLE_SPARE &&
			    (widest == TABLE_COLUMNS_MAX ||
			     held->widths[i] > held->widths[widest]))
				widest = i;
		}
		if (widest == TABLE_COLUMNS_MAX)
			return;
		held->hidden[widest] = true;
	}
}

/* The widest column of text gives way until all fits. */
static void fit(struct table *table)
{
	struct table_held *held = table->held;
	const size_t columns = terminal_columns();
	size_t total;

	if (!columns)
		return;
	spare(table);
	for (total = width_of(table, SIZE_MAX); total > columns; total--) {
		size_t widest = 0;
		size_t width = 0;

		for (size_t i = 0; i < table->column_count; i++) {
			if (is_shown(table, i) &&
			    held->widths[i] > narrowest(&table->columns[i]) &&
			    held->widths[i] > width) {
				width = held->widths[i];
				widest = i;
			}
		}
		if (width == 0)
			return;
		held->widths[widest]--;
	}
}

/* Choose widths by what is held, then let it go. */
static void release(struct table *table)
{
	struct table_held *held = table->held;
	const char *titles[TABLE_COLUMNS_MAX] = { NULL };
	bool titled = false;

	for (size_t n = 0; n < held->shown_count; n++) {
		const size_t i = held->shown[n];

		titles[n] = table->columns[i].title;
		titled |= *titles[n] != '\0';
		widen(held, i, titles[n]);
		for (size_t j = 0; j < held->count; j++)
			widen(held, i, held->rows[j][n]);
	}
	fit(table);
	if (titled && held->count) {
		fputs(terminal_style(TERMINAL_FAINT), table->out);
		print_cells(table, titles);
		fputs(terminal_style(TERMINAL_PLAIN), table->out);
	}
	for (size_t j = 0; j < held->count; j++)
		print_cells(table, held->rows[j]);
	held->flowing = true;
}

static void text_row(struct table *table, const struct table_cell *cells)
{
	struct table_held *held = table->held;
	struct arena *arena = held->flowing ? &table->passing : &table->arena;
	const char **row =
		arena_take(arena, held->shown_count + 1, sizeof(*row));

	for (size_t n = 0; n < held->shown_count; n++) {
		const struct table_cell *cell = &cells[held->shown[n]];

		row[n] = render(arena, &table->columns[held->shown[n]], cell);
		if (!held->flowing && row[n] == cell->text)
			row[n] = text_copy(arena, row[n]);
	}
	if (held->flowing) {
		print_cells(table, row);
		return;
	}
	hold(table, row);
	if (held->count == HELD_MAX)
		release(table);
}

static void put_note(struct table *table, const char *text)
{
	fold_put(table->out, text, terminal_columns(), 0, NOTE_HANG);
	fputc('\n', table->out);
}

static void text_end(struct table *table)
{
	if (!table->held->flowing)
		release(table);
	if (table->notes && table->row_count)
		fputc('\n', table->out);
	for (const struct table_note *n = table->notes; n; n = n->next)
		put_note(table, table_visible(&table->passing, n->text));
}

const struct table_printer table_text = {
	"text", TABLE_PEOPLE, text_begin, text_row, text_end,
};
