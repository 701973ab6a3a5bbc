#include "signatures/base/csv.h"

#include <string.h>

static size_t count_of(const char *line, size_t size, char c)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += line[i] == c;
	return count;
}

char csv_delimiter(const char *text)
{
	const size_t size = strcspn(text, "\r\n");
	char best = ',';

	for (const char *c = ";\t"; *c; c++)
		if (count_of(text, size, *c) > count_of(text, size, best))
			best = *c;
	return best;
}

/* One cell off the front; *at is left at what ends it. */
static const char *take_cell(const char **at, char delimiter,
			     struct arena *arena)
{
	const char *start = *at;
	size_t used = 0;
	char *cell;

	if (*start != '"') {
		const char ends[] = { delimiter, '\r', '\n', '\0' };

		*at += strcspn(start, ends);
		cell = arena_take(arena, (size_t)(*at - start) + 1, 1);
		memcpy(cell, start, (size_t)(*at - start));
		return cell;
	}
	for (++*at; **at; ++*at) {
		if (**at == '"' && *++*at != '"')
			break;
	}
	cell = arena_take(arena, (size_t)(*at - start) + 1, 1);
	for (const char *c = start + 1; c < *at; c++) {
		if (c[0] == '"' && c + 1 < *at && c[1] == '"')
			c++;
		else if (c[0] == '"')
			break; /* the one that closes */
		cell[used++] = *c;
	}
	return cell;
}

bool csv_take(const char **at, char delimiter, struct arena *arena,
	      struct csv_row *ret)
{
	*at += strspn(*at, "\r\n");
	if (!**at)
		return false;
	ret->count = 0;
	for (;;) {
		const char *cell = take_cell(at, delimiter, arena);

		if (ret->count < CSV_CELLS_MAX)
			ret->cells[ret->count++] = cell;
		/* Junk behind a closing quote is left out. */
		while (**at && **at != delimiter && **at != '\r' &&
		       **at != '\n')
			++*at;
		if (**at != delimiter)
			return true;
		++*at;
	}
}

bool csv_is_formula(const char *text)
{
	return text[0] && text[1] && strchr("=+-@\t\r", text[0]);
}

void csv_put(FILE *out, const char *text, bool is_formula)
{
	const bool quotes = strpbrk(text, ",\"\r\n") != NULL;

	if (quotes)
		fputc('"', out);
	if (is_formula)
		fputc('\'', out);
	if (!quotes) {
		fputs(text, out);
		return;
	}
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
