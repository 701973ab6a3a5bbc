#include "signatures/knowledge/pooltag.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TAG_BYTES 4

static const struct pooltag rows[] = {
#include "pooltag.inc"
};

static const struct pooltag globs[] = {
#include "poolglob.inc"
};

static const struct pooltag *find_exact(const char *tag)
{
	size_t low = 0;
	size_t high = COUNT(rows);

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (memcmp(rows[middle].tag, tag, TAG_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < COUNT(rows) && memcmp(rows[low].tag, tag, TAG_BYTES) == 0)
		return &rows[low];
	return NULL;
}

static bool matches(const char *glob, const char *tag)
{
	for (size_t i = 0; i < TAG_BYTES; i++) {
		if (glob[i] == '*')
			return true;
		if (glob[i] != '?' && glob[i] != tag[i])
			return false;
	}
	return true;
}

static size_t literals(const char *glob)
{
	size_t count = 0;

	for (size_t i = 0; i < TAG_BYTES; i++)
		count += glob[i] != '?' && glob[i] != '*';
	return count;
}

const struct pooltag *pooltag_find(const char *tag)
{
	char plain[TAG_BYTES];

	for (size_t i = 0; i < TAG_BYTES; i++) {
		if (!tag[i])
			return NULL;
		plain[i] = tag[i];
	}
	plain[3] = (char)(plain[3] & 0x7f);

	const struct pooltag *best = find_exact(plain);

	if (best)
		return best;
	for (size_t i = 0; i < COUNT(globs); i++) {
		if (matches(globs[i].tag, plain) &&
		    (!best || literals(globs[i].tag) > literals(best->tag)))
			best = &globs[i];
	}
	return best;
}

const char *pooltag_owner(const char *tag)
{
	const struct pooltag *row = pooltag_find(tag);

	return row ? pooltag_module(row) : NULL;
}

const struct pooltag *pooltag_next(const struct pooltag *row)
{
	const struct pooltag *next = row + 1;

	if (next == rows + COUNT(rows) || next == globs + COUNT(globs))
		return NULL;
	return memcmp(row->tag, next->tag, TAG_BYTES) == 0 ? next : NULL;
}

const char *pooltag_module(const struct pooltag *row)
{
	const char *dot = strrchr(row->binary, '.');

	if (strcmp(row->binary, "nt") == 0 ||
	    strncmp(row->binary, "nt!", 3) == 0)
		return "nt";
	if (!dot || strcmp(dot, ".lib") == 0)
		return NULL;
	return row->binary;
}
