#include "signatures/knowledge/frequency2008.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct frequency2008 rows[] = {
#include "frequency2008.inc"
};

const struct frequency2008 *frequency2008_find(uint32_t raw)
{
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (rows[i].code == raw)
			return &rows[i];
	}
	return NULL;
}

const struct frequency2008 *frequency2008_walk(
	const struct frequency2008 *after)
{
	if (!after)
		return rows;
	return after + 1 < rows + COUNT(rows) ? after + 1 : NULL;
}
