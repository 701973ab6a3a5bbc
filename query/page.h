/*
 * page.h - one crash as a page of text: what an engineer reads first.
 */
#ifndef QUERY_PAGE_H
#define QUERY_PAGE_H

#include <stdio.h>

#include "query/mark.h"

/*
 * cluster may be NULL; mark is of the crash; whole lists every module with base
 * and build, otherwise Windows' own are listed by name.  Text from the dump is
 * made visible.
 */
void page_print(FILE *out, const struct store_crash *crash, const char *cluster,
		const struct mark *mark, bool whole, struct arena *arena);

#endif
