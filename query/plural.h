/*
 * plural.h - the ending of so many things.
 */
#ifndef QUERY_PLURAL_H
#define QUERY_PLURAL_H

#include <stdint.h>

/* "", "s"; "", "es". */
static inline const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static inline const char *plural_es(uint64_t n)
{
	return n == 1 ? "" : "es";
}

#endif
