#include "signatures/knowledge/osmodule.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Longer than any name in the table. */
#define BASE_BYTES 48

struct osmodule {
	char base[BASE_BYTES];
	enum osmodule_tier tier;
};

static const struct osmodule rows[] = {
#include "osmodule.inc"
};

static int by_base(const void *key, const void *row)
{
	return strcmp(key, ((const struct osmodule *)row)->base);
}

static const struct osmodule *find(const char *base)
{
	return bsearch(base, rows, COUNT(rows), sizeof(rows[0]), by_base);
}

static size_t base_length(const char *name)
{
	static const char *const endings[] = { ".sys", ".dll", ".exe" };
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; dot && i < COUNT(endings); i++) {
		if (text_compare_nocase(dot, endings[i]) == 0)
			return (size_t)(dot - name);
	}
	return strlen(name);
}

enum osmodule_tier osmodule_tier(const char *name)
{
	const size_t length = base_length(name);
	char base[BASE_BYTES + 2];

	for (size_t i = 0; i < length && i < BASE_BYTES; i++) {
		const char c = name[i];

		base[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	base[length < BASE_BYTES ? length : BASE_BYTES] = '\0';

	const struct osmodule *row = length < BASE_BYTES ? find(base) : NULL;

	if (row)
		return row->tier;

	/* Prefixes of the table end in an underscore: "dump_*". */
	char *line = strchr(base, '_');

	if (!line)
		return OSMODULE_ABSENT;
	memcpy(line + 1, "*", 2);
	row = find(base);
	return row ? row->tier : OSMODULE_ABSENT;
}
