/*
 * page.h - one crash as a page of text: what an engineer reads first.
 */
#ifndef QUERY_PAGE_H
#define QUERY_PAGE_H

#include <stdio.h>

#include "query/mark.h"

struct page_options {
	bool modules; /* Windows' own, too, with base and build */
	bool words;   /* of the stack, see page_stack.h */
};

/*
 * cluster may be NULL; mark is of the crash.  Text from the dump is made
 * visible.
 */
void page_print(FILE *out, const struct store_crash *crash, const char *cluster,
		const struct mark *mark, const struct page_options *options,
		struct arena *arena);

#endif
