#include "signatures/knowledge/osprocess.h"

#include <stddef.h>
#include <string.h>

#include "signatures/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What EPROCESS.ImageFileName holds at least before it cuts a name. */
#define CUT_BYTES 14

struct osprocess {
	char name[32];
};

static const struct osprocess rows[] = {
#include "osprocess.inc"
};

bool osprocess_may_be_cut(const char *name)
{
	const size_t length = strlen(name);

	return length == CUT_BYTES || length == CUT_BYTES + 1;
}

bool osprocess_is_own(const char *name)
{
	const bool may_be_cut = osprocess_may_be_cut(name);

	for (size_t i = 0; i < COUNT(rows); i++)
		if (text_compare_nocase(rows[i].name, name) == 0 ||
		    (may_be_cut && text_starts_nocase(rows[i].name, name)))
			return true;
	return false;
}
