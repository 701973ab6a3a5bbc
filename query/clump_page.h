/*
 * clump_page.h - one cluster as a page of text.
 */
#ifndef QUERY_CLUMP_PAGE_H
#define QUERY_CLUMP_PAGE_H

#include "query/clump.h"
#include "query/mark.h"

/*
 * Title, counts, the representative's stack, builds, how different the members
 * are; whole adds every frame and value.  JSON: the same as one object a line.
 */
enum status clump_page_print(struct query *query, const struct clumps *clumps,
			     const struct clump *clump,
			     const struct marks *marks, bool whole,
			     struct error *err) MUST_CHECK;

#endif
