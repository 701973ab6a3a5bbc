#include "signatures/base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum status error_set(struct error *err, enum status status, const char *format,
		      ...)
{
	va_list args;

	assert(status != STATUS_OK);
	err->status = status;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	return status;
}

enum status error_within(struct error *err, const char *format, ...)
{
	char words[sizeof(err->text)];
	char joined[2 * sizeof(err->text) + 2];
	va_list args;

	assert(err->status != STATUS_OK);
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);

	snprintf(joined, sizeof(joined), "%s: %s", words, err->text);
	joined[sizeof(err->text) - 1] = '\0';
	strcpy(err->text, joined);
	return err->status;
}

const char *error_name(enum status status)
{
	static const char *const names[] = {
		[STATUS_OK] = "ok",
		[STATUS_USAGE] = "usage",
		[STATUS_IO] = "io",
		[STATUS_STORE] = "store",
		[STATUS_UNSUPPORTED] = "unsupported",
		[STATUS_TRUNCATED] = "truncated",
		[STATUS_CORRUPT] = "corrupt",
		[STATUS_ENCRYPTED] = "encrypted",
		[STATUS_LIMIT] = "limit",
		[STATUS_PARSER] = "parser",
	};

	assert((size_t)status < sizeof(names) / sizeof(names[0]));
	return names[status];
}

enum status error_reason(size_t i)
{
	static const enum status reasons[] = {
		STATUS_TRUNCATED, STATUS_CORRUPT, STATUS_UNSUPPORTED,
		STATUS_ENCRYPTED, STATUS_LIMIT,	  STATUS_PARSER,
		STATUS_IO,
	};

	return i < sizeof(reasons) / sizeof(reasons[0]) ? reasons[i]
							: STATUS_OK;
}
