/*
 * userdump.c - process dumps of before Windows XP: USERDUMP and USERDU64.
 *
 * Known by their first eight bytes, so that they are counted as what they are.
 */
#include <string.h>

#include "indexer/dump/dump.h"

static bool userdump_claims(struct bytes image)
{
	char head[8];

	bytes_copy(&image, head, sizeof(head));
	return memcmp(head, "USERDUMP", 8) == 0 ||
	       memcmp(head, "USERDU64", 8) == 0;
}

static enum status userdump_read(struct dump *dump, struct error *err)
{
	(void)dump;
	return error_set(err, STATUS_UNSUPPORTED,
			 "written by Windows NT or 2000; not read");
}

const struct dump_format userdump_format = {
	.name = "pre-XP user-mode dump",
	.claims = userdump_claims,
	.read = userdump_read,
};
