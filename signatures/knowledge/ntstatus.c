#include "signatures/knowledge/ntstatus.h"

#include <stdlib.h>

#include "signatures/base/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct ntstatus {
	uint32_t code;
	char name[52];
};

static const struct ntstatus rows[] = {
#include "ntstatus.inc"
};

static int by_code(const void *key, const void *row)
{
	const uint32_t code = *(const uint32_t *)key;
	const uint32_t other = ((const struct ntstatus *)row)->code;

	return (code > other) - (code < other);
}

const char *ntstatus_name(uint32_t code)
{
	const struct ntstatus *row =
		bsearch(&code, rows, COUNT(rows), sizeof(rows[0]), by_code);

	return row ? row->name : NULL;
}

bool ntstatus_find_name(const char *name, uint32_t *ret)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_compare_nocase(rows[i].name, name) == 0) {
			*ret = rows[i].code;
			return true;
		}
	}
	return false;
}
