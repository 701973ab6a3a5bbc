#include "query/wrapped.h"

#include <stdlib.h>
#include <string.h>

#include "query/table_html.h"
#include "query/table_markdown.h"
#include "signatures/base/must.h"

void wrapped_begin(struct wrapped *wrapped, struct query *query)
{
	const char *format = query->printer->name;

	*wrapped = (struct wrapped){ .query = query };
	if (strcmp(format, "html") != 0 && strcmp(format, "markdown") != 0)
		return;
	wrapped->out = query->out;
	query->out = open_memstream(&wrapped->text, &wrapped->size);
	if (!query->out)
		must_end();
}

static void put_html(FILE *out, const char *title, char *text)
{
	struct arena arena;

	arena_init(&arena);
	fprintf(out,
		"<!DOCTYPE html>\n<html lang=en><meta charset=utf-8>"
		"<meta http-equiv=Content-Security-Policy "
		"content=\"default-src 'none'\">"
		"<title>%s</title>\n<pre>",
		title);
	for (char *line = text; *line;) {
		char *end = line + strcspn(line, "\n");
		const bool more = *end == '\n';

		*end = '\0';
		table_html_escape(out, &arena, line);
		fputc('\n', out);
		arena_reset(&arena);
		line = end + more;
	}
	fputs("</pre>\n</html>\n", out);
	arena_deinit(&arena);
}

void wrapped_end(struct wrapped *wrapped, const char *title)
{
	struct query *query = wrapped->query;

	if (!wrapped->out)
		return;
	if (fclose(query->out))
		must_end();
	query->out = wrapped->out;
	if (strcmp(query->printer->name, "html") == 0)
		put_html(query->out, title, wrapped->text);
	else
		table_markdown_block(query->out, wrapped->text);
	free(wrapped->text);
	wrapped->text = NULL;
	wrapped->out = NULL;
}
