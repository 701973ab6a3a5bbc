#include "signatures/clickhouse/sql.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"

struct sql sql_begin(struct arena *arena)
{
	return (struct sql){ .arena = arena, .out = pack_into(arena) };
}

void sql_add(struct sql *sql, const char *format, ...)
{
	va_list args;
	char *text;
	int size;

	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	if (size < 0)
		must_end();
	pack_bytes(&sql->out, text, (size_t)size);
	free(text);
}

/* A backslash and a quote are what could end a literal or change it. */
void sql_text(struct sql *sql, const char *text)
{
	pack_u8(&sql->out, '\'');
	for (; *text; text++) {
		if (*text == '\\' || *text == '\'')
			pack_u8(&sql->out, '\\');
		pack_u8(&sql->out, (uint8_t)*text);
	}
	pack_u8(&sql->out, '\'');
}

const char *sql_done(const struct sql *sql)
{
	const struct bytes all = pack_done(&sql->out);
	const size_t size = bytes_left(&all);
	char *text = arena_take(sql->arena, size + 1, 1);

	if (size)
		memcpy(text, all.next, size);
	return text;
}
