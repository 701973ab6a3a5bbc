#include "query/table.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "query/table_csv.h"
#include "query/table_html.h"
#include "query/table_json.h"
#include "query/table_markdown.h"
#include "query/table_text.h"
#include "query/width.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

static const struct table_printer *const printers[] = {
	&table_text, &table_json,     &table_csv,
	&table_html, &table_markdown, NULL,
};

const struct table_printer *table_find_printer(const char *name)
{
	for (size_t i = 0; printers[i]; i++) {
		if (strcmp(printers[i]->name, name) == 0)
			return printers[i];
	}
	return NULL;
}

struct table_cell table_text_cell(const char *text)
{
	return (struct table_cell){ .text = text, .known = text != NULL };
}

struct table_cell table_count_cell(uint64_t count)
{
	return (struct table_cell){ .known = true, .count = count };
}

struct table_cell table_real_cell(double real)
{
	return (struct table_cell){ .known = true, .real = real };
}

struct table_cell table_absent(void)
{
	return (struct table_cell){ .known = false };
}

struct table *table_create(const struct table_printer *printer, FILE *out,
			   const char *title,
			   const struct table_column *columns,
			   size_t column_count)
{
	struct table *table = calloc(1, sizeof(*table));

	assert(column_count <= TABLE_COLUMNS_MAX);
	if (!table)
		must_end();
	table->printer = printer;
	table->out = out;
	table->title = title;
	table->columns = columns;
	table->column_count = column_count;
	arena_init(&table->arena);
	arena_init(&table->passing);
	printer->begin(table);
	return table;
}

void table_destroy(struct table *table)
{
	if (!table)
		return;
	for (struct table_fact *f = table->facts; f; f = f->next)
		json_destroy(f->value);
	arena_deinit(&table->arena);
	arena_deinit(&table->passing);
	free(table);
}

void table_row(struct table *table, const struct table_cell *cells)
{
	table->printer->row(table, cells);
	table->row_count++;
	arena_reset(&table->passing);
}

bool table_tells(const struct table *table)
{
	return table->printer->reader & TABLE_DETAILS;
}

void table_fact(struct table *table, const char *key, struct json *value)
{
	struct table_fact *fact = arena_take(&table->arena, 1, sizeof(*fact));

	fact->key = key;
	fact->value = value;
	if (table->last_fact)
		table->last_fact->next = fact;
	else
		table->facts = fact;
	table->last_fact = fact;
}

void table_note(struct table *table, const char *format, ...)
{
	struct table_note *note = arena_take(&table->arena, 1, sizeof(*note));
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);

	const size_t size = (size_t)vsnprintf(NULL, 0, format, args) + 1;
	char *text = arena_take(&table->arena, size, 1);

	vsnprintf(text, size, format, again);
	va_end(again);
	va_end(args);
	note->text = text;
	if (table->last_note)
		table->last_note->next = note;
	else
		table->notes = note;
	table->last_note = note;
}

void table_end(struct table *table)
{
	table->printer->end(table);
}

bool table_shows(const struct table *table, size_t column)
{
	return table->columns[column].reader & table->printer->reader;
}

/* Bytes of the UTF-8 character at text, 0 if there is none. */
static size_t take_character(const unsigned char *text, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t size;

	if (text[0] < 0x80) {
		*ret = text[0];
		return 1;
	}
	if (text[0] >= 0xc2 && text[0] < 0xe0)
		size = 2;
	else if (text[0] >= 0xe0 && text[0] < 0xf0)
		size = 3;
	else if (text[0] >= 0xf0 && text[0] < 0xf5)
		size = 4;
	else
		return 0;

	uint32_t character = text[0] & (0x7fu >> size);

	for (size_t i = 1; i < size; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (text[i] & 0x3f);
	}
	if (character < least[size] || character > 0x10ffff ||
	    (character >= 0xd800 && character < 0xe000))
		return 0;
	*ret = character;
	return size;
}

static bool is_obeyed(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x200e ||
	       c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
	       (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* All of it is looked at, so that the compiler makes vectors of it. */
bool table_is_plain(const char *text)
{
	const size_t bytes = strlen(text);
	unsigned char others = 0;

	for (size_t i = 0; i < bytes; i++)
		others |= (unsigned char)(text[i] - 0x20) > 0x7e - 0x20;
	return !others;
}

const char *table_visible(struct arena *arena, const char *text)
{
	const unsigned char *in = (const unsigned char *)text;

	if (table_is_plain(text))
		return text_copy(arena, text);

	/* At worst each byte becomes \x1b, each three \u202e. */
	char *visible = arena_take(arena, strlen(text) * 4 + 1, 1);
	char *out = visible;

	while (*in) {
		uint32_t character = 0;
		const size_t size = take_character(in, &character);

		if (size == 0)
			out += sprintf(out, "\\x%02x", *in++);
		else if (is_obeyed(character))
			out += sprintf(out, size > 2 ? "\\u%04x" : "\\x%02x",
				       character);
		else
			out = (char *)memcpy(out, in, size) + size;
		in += size;
	}
	return visible;
}

static size_t measure(const char *text, size_t bytes)
{
	size_t width = 0;

	for (size_t at = 0; at < bytes;) {
		const unsigned char *next = (const unsigned char *)text + at;
		uint32_t character = 0;
		const size_t size = take_character(next, &character);

		width += size ? width_character(character) : 1;
		at += size ? size : 1;
	}
	return width;
}

/*
 * From U+0300 on a character may be wide, or stand on the one before; our own
 * bars, U+2580 to U+25BF, are neither.
 */
static bool may_be_wide(unsigned char byte, unsigned char next)
{
	return (byte >= 0xcc) & ((byte != 0xe2) | (next != 0x96));
}

size_t table_width_of(const char *text, size_t bytes)
{
	size_t width = 0;
	unsigned char others = 0;

	/* Counted, so that the compiler makes vectors of it. */
	for (size_t i = 0; i < bytes; i++) {
		width += (text[i] & 0xc0) != 0x80;
		others |= may_be_wide((unsigned char)text[i],
				      (unsigned char)text[i + 1]);
	}
	return others ? measure(text, bytes) : width;
}

size_t table_width(const char *text)
{
	return table_width_of(text, strlen(text));
}

const char *table_number(struct arena *arena, const struct table_column *column,
			 const struct table_cell *cell)
{
	switch (column->kind) {
	case TABLE_COUNT:
		return text_decimal(arena, cell->count);
	case TABLE_SHARE:
		return text_fixed(arena, 100 * cell->real, 2, "%");
	case TABLE_REAL:
		return text_printf(arena, "%.3g", cell->real);
	case TABLE_BAR:
	case TABLE_WORD:
	case TABLE_TEXT:
		break;
	}
	return NULL;
}

void table_bar(double fraction, unsigned cells, char buf[TABLE_BAR_BYTES])
{
	static const char *const eighths[] = { "",  "▏", "▎", "▍",
					       "▌", "▋", "▊", "▉" };
	unsigned left = 0;
	char *out = buf;

	assert(cells * 3 < TABLE_BAR_BYTES);
	if (fraction > 0)
		left = (unsigned)((fraction < 1 ? fraction : 1) * 8 * cells +
				  0.5);
	if (fraction > 0 && left == 0)
		left = 1; /* something is not nothing */
	for (; left >= 8; left -= 8)
		out = stpcpy(out, "█");
	strcpy(out, eighths[left]);
}
