#include "indexer/ingest/progress.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

/* Longer than this, nobody waits: a guess from too few bytes. */
#define LEFT_MAX (100.0 * 3600)

struct unit {
	const char *name;
	double bytes;
};

static struct unit unit_of(double bytes)
{
	static const struct unit units[] = {
		{ "TB", 1e12 }, { "GB", 1e9 }, { "MB", 1e6 }, { "kB", 1e3 }
	};
	const size_t last = sizeof(units) / sizeof(units[0]) - 1;
	size_t i = 0;

	while (i < last && bytes < units[i].bytes)
		i++;
	return units[i];
}

/* "m:ss" or "h:mm:ss" */
static void print_left(double left, char *buf, size_t size)
{
	const unsigned seconds = (unsigned)(left + 0.5);
	const unsigned minutes = seconds / 60 % 60;

	if (seconds < 3600)
		snprintf(buf, size, ", %u:%02u left", minutes, seconds % 60);
	else
		snprintf(buf, size, ", %u:%02u:%02u left", seconds / 3600,
			 minutes, seconds % 60);
}

const char *progress_text(const struct progress *progress,
			  char buf[PROGRESS_TEXT_BYTES])
{
	const double read = (double)(progress->bytes - progress->bytes_known);
	const double rate =
		progress->seconds > 0 ? read / progress->seconds : 0;
	const double left =
		rate > 0
			? (double)(progress->bytes_all - progress->bytes) / rate
			: 0;
	const struct unit amount = unit_of((double)progress->bytes_all);
	const struct unit speed = unit_of(rate);
	char left_text[32] = "";
	char refused_text[40] = "";

	if (left > 0 && left < LEFT_MAX)
		print_left(left, left_text, sizeof(left_text));
	if (progress->refused)
		snprintf(refused_text, sizeof(refused_text),
			 ", %" PRIu64 " refused", progress->refused);
	snprintf(buf, PROGRESS_TEXT_BYTES,
		 "%" PRIu64 " of %" PRIu64 " files, %" PRIu64 " dumps, "
		 "%.1f of %.1f %s, %.1f %s/s%s%s",
		 progress->files, progress->files_all, progress->dumps,
		 (double)progress->bytes / amount.bytes,
		 (double)progress->bytes_all / amount.bytes, amount.name,
		 rate / speed.bytes, speed.name, left_text, refused_text);
	return buf;
}
