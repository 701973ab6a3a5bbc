#include "indexer/ingest/tally.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

uint64_t tally_refused(const struct tally *tally)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < STATUS_COUNT; i++)
		sum += tally->refused[i];
	return sum;
}

static void add(char *buf, size_t *used, const char *format, ...)
	PRINTF_LIKE(3, 4);

static void add(char *buf, size_t *used, const char *format, ...)
{
	va_list args;

	va_start(args, format);

	const int n =
		vsnprintf(buf + *used, TALLY_TEXT_BYTES - *used, format, args);

	va_end(args);
	if (n > 0 && (size_t)n < TALLY_TEXT_BYTES - *used)
		*used += (size_t)n;
}

const char *tally_text(const struct tally *tally, char buf[TALLY_TEXT_BYTES])
{
	const uint64_t refused = tally_refused(tally);
	const char *before = " (";
	size_t used = 0;

	add(buf, &used, "%" PRIu64 " indexed", tally->indexed);
	if (tally->duplicate)
		add(buf, &used, ", %" PRIu64 " duplicate", tally->duplicate);
	if (tally->same_crash)
		add(buf, &used, ", %" PRIu64 " same crash", tally->same_crash);
	if (!refused)
		return buf;
	add(buf, &used, ", %" PRIu64 " refused", refused);
	for (size_t i = 0; error_reason(i); i++) {
		const enum status reason = error_reason(i);
		const uint64_t count = tally->refused[reason];

		if (!count)
			continue;
		add(buf, &used, "%s%s %" PRIu64, before, error_name(reason),
		    count);
		before = ", ";
	}
	add(buf, &used, ")");
	return buf;
}
