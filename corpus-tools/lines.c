#include "corpus-tools/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "signatures/base/must.h"

struct lines {
	gzFile file;
	size_t number;
	char text[LINES_BYTES_MAX];
};

enum status lines_open(const char *path, struct lines **ret, struct error *err)
{
	struct lines *lines;
	const gzFile file = gzopen(path, "rbe");

	if (!file)
		return error_set(err, STATUS_IO, "%s: %s", path,
				 strerror(errno));
	lines = must(malloc(sizeof(*lines)));
	lines->file = file;
	lines->number = 0;
	*ret = lines;
	return STATUS_OK;
}

void lines_close(struct lines *lines)
{
	if (!lines)
		return;
	gzclose(lines->file);
	free(lines);
}

char *lines_next(struct lines *lines, struct error *err)
{
	size_t size;
	int why;

	err->status = STATUS_OK;
	lines->number++;
	if (!gzgets(lines->file, lines->text, sizeof(lines->text))) {
		const char *text = gzerror(lines->file, &why);

		if (why != Z_OK && why != Z_STREAM_END)
			error_set(err, STATUS_CORRUPT, "line %zu: %s",
				  lines->number, text);
		return NULL;
	}
	size = strlen(lines->text);
	if (size == sizeof(lines->text) - 1 && lines->text[size - 1] != '\n') {
		error_set(err, STATUS_LIMIT, "line %zu: too long",
			  lines->number);
		return NULL;
	}
	while (size > 0 &&
	       (lines->text[size - 1] == '\n' || lines->text[size - 1] == '\r'))
		lines->text[--size] = '\0';
	return lines->text;
}
