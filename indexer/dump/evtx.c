/*
 * The event log as Windows keeps it.  Its texts lie in the programs that wrote
 * the events, so it is left to Windows to export them.
 *
 *	+0  "ElfFile" NUL
 */
#include <string.h>

#include "indexer/dump/dump.h"

static bool claims(struct bytes image)
{
	return bytes_left(&image) >= 8 && memcmp(image.next, "ElfFile", 8) == 0;
}

static enum status read(struct dump *dump, struct error *err)
{
	(void)dump;
	return error_set(err, STATUS_UNSUPPORTED,
			 "binary: export it as XML, CSV or text");
}

const struct dump_format evtx_format = {
	.name = "event log (.evtx)",
	.claims = claims,
	.read = read,
};
