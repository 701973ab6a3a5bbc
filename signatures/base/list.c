#include "signatures/base/list.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void cut_remark(char *line)
{
	for (char *at = line; (at = strchr(at, '#')); at++) {
		if (at == line || is_blank(at[-1])) {
			*at = '\0';
			return;
		}
	}
}

static enum status read_lines(FILE *in, list_take *take, void *closure,
			      struct error *err)
{
	char line[LIST_LINE_BYTES];
	struct arena arena;
	enum status status = STATUS_OK;
	size_t entries = 0;

	arena_init(&arena);
	for (size_t n = 1; !status && fgets(line, sizeof(line), in); n++) {
		if (!strchr(line, '\n') && !feof(in)) {
			status = error_set(err, STATUS_USAGE,
					   "%zu: longer than %d bytes", n,
					   LIST_LINE_BYTES - 2);
			break;
		}
		cut_remark(line);
		arena_reset(&arena);

		char *entry = text_trimmed(&arena, line);

		if (!entry)
			continue;
		if (++entries > LIST_LINES_MAX)
			status = error_set(err, STATUS_USAGE,
					   "more than %d entries",
					   LIST_LINES_MAX);
		else if (take(closure, entry, err))
			status = error_within(err, "%zu", n);
	}
	if (!status && ferror(in))
		status = error_set(err, STATUS_IO, "could not read");
	arena_deinit(&arena);
	return status;
}

enum status list_read(const char *path, list_take *take, void *closure,
		      struct error *err)
{
	FILE *in = fopen(path, "re");

	if (!in)
		return errno == ENOENT ? STATUS_OK
				       : error_set(err, STATUS_IO, "%s: %s",
						   path, strerror(errno));

	const enum status status = read_lines(in, take, closure, err);

	fclose(in);
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

enum status list_words(struct arena *arena, const char *text,
		       const char *words[LIST_WORDS_MAX], size_t *count,
		       struct error *err)
{
	char *to = arena_take(arena, strlen(text) + 1, 1);
	bool quoted = false;
	bool inside = false;

	*count = 0;
	for (; *text; text++) {
		if (!quoted && is_blank(*text)) {
			if (inside)
				*to++ = '\0';
			inside = false;
			continue;
		}
		if (!inside && *count == LIST_WORDS_MAX)
			return error_set(err, STATUS_USAGE,
					 "more than %d words", LIST_WORDS_MAX);
		if (!inside)
			words[(*count)++] = to;
		inside = true;
		if (*text == '"')
			quoted = !quoted;
		else
			*to++ = *text;
	}
	if (quoted)
		return error_set(err, STATUS_USAGE, "a quote does not end");
	*to = '\0';
	return STATUS_OK;
}
