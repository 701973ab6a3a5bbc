#include "signatures/knowledge/osmodule.h"

#include <endian.h>
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

/* The first letters, in an order that numbers have, too. */
static uint64_t letters_of(const char *base)
{
	uint64_t letters;

	memcpy(&letters, base, sizeof(letters));
	return be64toh(letters);
}

/* Behind base, which has room for letters, there are zeroes. */
static const struct osmodule *find(const char *base)
{
	const uint64_t letters = letters_of(base);
	size_t low = 0, high = COUNT(rows);

	while (low < high) {
		const size_t middle = (low + high) / 2;
		const struct osmodule *row = &rows[middle];
		const uint64_t theirs = letters_of(row->base);
		const int order = letters == theirs  ? strcmp(base, row->base)
				  : letters < theirs ? -1
						     : 1;

		if (order == 0)
			return row;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static size_t base_length(const char *name)
{
	static const char *const endings[] = { ".sys", ".dll", ".exe" };
	const size_t length = strlen(name);
	const size_t ending = 4;

	for (size_t i = 0; length >= ending && i < COUNT(endings); i++) {
		if (text_compare_nocase(name + length - ending, endings[i]) ==
		    0)
			return length - ending;
	}
	return length;
}

enum osmodule_tier osmodule_tier(const char *name)
{
	const size_t length = base_length(name);
	char base[BASE_BYTES + 2] = "";

	for (size_t i = 0; i < length && i < BASE_BYTES; i++) {
		const char c = name[i];

		base[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}

	const struct osmodule *row = length < BASE_BYTES ? find(base) : NULL;

	if (row)
		return row->tier;

	/* Prefixes of the table end in an underscore: "dump_*". */
	char *line = strchr(base, '_');

	if (!line)
		return OSMODULE_ABSENT;
	memset(line + 1, 0, strlen(line + 1));
	line[1] = '*';
	row = find(base);
	return row ? row->tier : OSMODULE_ABSENT;
}
