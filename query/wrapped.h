/*
 * wrapped.h - pages that are lines of text, as HTML and as Markdown too.
 *
 * Between begin and end the query's output is a block of text.  As text it
 * goes straight out.
 */
#ifndef QUERY_WRAPPED_H
#define QUERY_WRAPPED_H

#include "query/query.h"

struct wrapped {
	struct query *query;
	FILE *out;  /* where it goes; NULL if it has gone */
	char *text; /* what is held back */
	size_t size;
};

void wrapped_begin(struct wrapped *wrapped, struct query *query);

/* title: of the HTML document, from us. */
void wrapped_end(struct wrapped *wrapped, const char *title);

#endif
