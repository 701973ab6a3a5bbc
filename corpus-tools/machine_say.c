#include "corpus-tools/machine_say.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "corpus-tools/machine_lines.h"

void machine_say(struct machine *machine, const char *format, ...)
{
	struct error err;
	char line[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	const enum status status = machine_lines_take(machine, line, &err);
	assert(status == STATUS_OK);
}
