#include "corpus-tools/frames_table.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/text.h"

static size_t split(char *line, char separator, char *parts[], size_t max)
{
	size_t count = 0;

	while (line && count < max) {
		char *end = strchr(line, separator);

		if (end)
			*end++ = '\0';
		parts[count++] = line;
		line = end;
	}
	return count;
}

enum status frames_table_head(char *line, struct frames_table *ret,
			      struct error *err)
{
	struct frames_table table = { -1, -1, -1, -1, -1, -1 };
	char *name[FRAMES_TABLE_COLUMNS];
	size_t count;

	if (line[0] != '#')
		return error_set(err, STATUS_CORRUPT,
				 "the first line names no columns");
	count = split(line + 1, '\t', name, FRAMES_TABLE_COLUMNS);
	for (size_t i = 0; i < count; i++) {
		const int column = (int)i;

		if (strcmp(name[i], "id") == 0)
			table.id = column;
		else if (strcmp(name[i], "ts") == 0)
			table.time = column;
		else if (strcmp(name[i], "bugcheck") == 0 ||
			 strcmp(name[i], "crash_type") == 0)
			table.bugcheck = column;
		else if (strcmp(name[i], "build") == 0)
			table.build = column;
		else if (strcmp(name[i], "project") == 0)
			table.project = column;
		else if (strncmp(name[i], "frames", 6) == 0)
			table.frames = column;
	}
	if (table.id < 0 || table.frames < 0)
		return error_set(err, STATUS_CORRUPT,
				 "no column named id, or none named frames");
	*ret = table;
	return STATUS_OK;
}

static bool take_frame(char *text, const char *project, crash_build build,
		       struct arena *arena, struct crash_frame *ret)
{
	char *mark = strchr(text, '!');
	char *plus = strrchr(text, '+');
	struct crash_frame frame = { .build = build, .how = CRASH_HOW_STATED };

	if (text[0] == '~' || text[0] == '\0')
		return false;
	if (plus && (!mark || plus > mark) &&
	    text_parse_hex(plus + 1, &frame.offset))
		*plus = '\0';
	if (mark) {
		*mark = '\0';
		frame.module = text_copy(arena, text);
		frame.symbol = text_copy(arena, mark + 1);
	} else if (project) {
		frame.module = project;
		frame.symbol = text_copy(arena, text);
	} else {
		frame.module = text_copy(arena, text);
	}
	*ret = frame;
	return true;
}

static const char *cell(char *const cells[], size_t count, int column)
{
	return column >= 0 && (size_t)column < count ? cells[column] : NULL;
}

static void take_stack(char *text, const char *project, const char *build,
		       struct arena *arena, struct crash *crash)
{
	char *parts[LIMIT_FRAMES];
	uint64_t number = 0;
	const size_t count = split(text, ';', parts, LIMIT_FRAMES);

	if (build && !text_parse_u64(build, &number))
		number = hash_64(build, strlen(build));
	crash->stack.frames =
		arena_take(arena, count, sizeof(*crash->stack.frames));
	for (size_t i = 0; i < count; i++)
		if (take_frame(parts[i], project, number, arena,
			       &crash->stack.frames[crash->stack.count]))
			crash->stack.count++;
	crash->stack.end =
		crash->stack.count ? CRASH_STACK_COMPLETE : CRASH_STACK_ABSENT;
}

enum status frames_table_row(const struct frames_table *table, char *line,
			     struct arena *arena, struct record_file *ret,
			     struct error *err)
{
	const size_t bytes = strlen(line);
	const struct hash128 content = hash_128(line, bytes);
	char *cells[FRAMES_TABLE_COLUMNS];
	const size_t count = split(line, '\t', cells, FRAMES_TABLE_COLUMNS);
	const char *time = cell(cells, count, table->time);
	const char *words = cell(cells, count, table->bugcheck);
	const char *project = cell(cells, count, table->project);
	struct record_file file = { 0 };
	struct crash *crash = &file.crash;
	uint64_t seconds;

	if (!cell(cells, count, table->id) ||
	    !cell(cells, count, table->frames))
		return error_set(err, STATUS_CORRUPT, "a row without its %s",
				 count > (size_t)table->id ? "frames" : "id");
	file.source = text_copy(arena, cells[table->id]);
	crash->image.bytes = bytes;
	crash->image.content = content;
	crash->image.kind = CRASH_IMPORTED;
	crash->image.complete = true;
	if (time && text_parse_u64(time, &seconds))
		crash->time = CRASH_NUMBER(text_ticks_of_unix(seconds));
	if (words && words[0])
		crash->bugcheck.text = text_copy(arena, words);
	take_stack(cells[table->frames],
		   project ? text_copy(arena, project) : NULL,
		   cell(cells, count, table->build), arena, crash);
	*ret = file;
	return STATUS_OK;
}
