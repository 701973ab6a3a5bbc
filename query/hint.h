/*
 * hint.h - why an answer is empty: filter words that no crash passes.
 */
#ifndef QUERY_HINT_H
#define QUERY_HINT_H

#include "query/query.h"

/*
 * A line on standard error for each filter word of query that no crash of the
 * store passes, with the nearest value that some crash has, or where to look.
 */
void hint_empty(struct query *query);

#endif
