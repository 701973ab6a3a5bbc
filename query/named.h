/*
 * named.h - the crash that a word of the command line names.
 */
#ifndef QUERY_NAMED_H
#define QUERY_NAMED_H

#include "query/query.h"

/*
 * By source, content hash or id, of which a unique beginning will do; found is
 * false if there is none such.  STATUS_USAGE where a beginning or a source fits
 * several.
 */
enum status named_row(struct query *query, const char *word, uint32_t *ret,
		      bool *found, struct error *err) MUST_CHECK;

#endif
