#include "signatures/knowledge/ntstatus.h"

#include <stdlib.h>

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
