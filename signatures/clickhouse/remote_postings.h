/*
 * remote_postings.h - posting lists of a remote store; see store_foreign.h.
 *
 * The rows of a term are asked for one by one, until a field was asked about so
 * often that someone must be going through its terms: then all of its lists are
 * fetched.  The modules of crashes are the same lists again and again, as in a
 * store on disk.
 */
#ifndef CLICKHOUSE_REMOTE_POSTINGS_H
#define CLICKHOUSE_REMOTE_POSTINGS_H

#include "signatures/clickhouse/remote_state.h"

bool remote_postings_column(void *state, uint32_t chunk,
			    struct store_column *ret);
enum status remote_postings_read(void *state, const struct field *field,
				 uint32_t term, struct store_rows *rows,
				 struct error *err);
enum status remote_postings_lists(void *state, const struct field *field,
				  uint32_t term, struct store_rows *lists,
				  struct error *err);

#endif
