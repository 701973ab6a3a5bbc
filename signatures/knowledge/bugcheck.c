#include "signatures/knowledge/bugcheck.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum alias_kind {
	ALIAS_MINIDUMP,
	ALIAS_RENUMBERED,
	ALIAS_MANUAL,
	ALIAS_HARD_ERROR,
	ALIAS_SELF,
	ALIAS_NAME,
	ALIAS_LIVE,
	ALIAS_FAMILY,
	ALIAS_TOOL
};

struct alias {
	uint32_t code;
	enum alias_kind kind;
	uint32_t canonical;
	char name[64];
};

static const struct bugcheck rows[] = {
#include "bugcheck.inc"
};

static const struct alias aliases[] = {
#include "alias.inc"
};

static int by_code(const void *key, const void *row)
{
	const uint32_t code = *(const uint32_t *)key;
	const uint32_t other = ((const struct bugcheck *)row)->code;

	return (code > other) - (code < other);
}

const struct bugcheck *bugcheck_find(uint32_t code)
{
	return bsearch(&code, rows, COUNT(rows), sizeof(rows[0]), by_code);
}

const struct bugcheck *bugcheck_find_name(const char *name)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_compare_nocase(rows[i].name, name) == 0)
			return &rows[i];
	}
	for (size_t i = 0; i < COUNT(aliases); i++) {
		const struct alias *alias = &aliases[i];

		if (text_compare_nocase(alias->name, name) == 0)
			return bugcheck_find(alias->kind == ALIAS_MINIDUMP
						     ? alias->canonical
						     : alias->code);
	}
	return NULL;
}

const struct bugcheck *bugcheck_walk(const struct bugcheck *after)
{
	if (!after)
		return rows;
	return after + 1 < rows + COUNT(rows) ? after + 1 : NULL;
}

uint32_t bugcheck_fold(uint32_t raw, bool *minidump_form)
{
	*minidump_form = (raw & 0xf0000000u) == BUGCHECK_MINIDUMP;
	return *minidump_form ? raw & 0x0fffffffu : raw;
}

const char *bugcheck_minidump_name(uint32_t raw)
{
	for (size_t i = 0; i < COUNT(aliases); i++) {
		if (aliases[i].code == raw && aliases[i].kind == ALIAS_MINIDUMP)
			return aliases[i].name;
	}
	return NULL;
}
