/*
 * remote_terms.h - terms, columns and posting lists of a remote store; see
 * store_foreign.h.
 */
#ifndef CLICKHOUSE_REMOTE_TERMS_H
#define CLICKHOUSE_REMOTE_TERMS_H

#include "signatures/clickhouse/remote_state.h"

enum status remote_terms_walk(void *state, const struct field *field,
			      store_term_take *take, void *closure,
			      struct error *err);
bool remote_terms_find(void *state, const struct field *field,
		       struct field_value value, struct store_term *ret);
bool remote_terms_value(void *state, const struct field *field, uint32_t term,
			struct arena *arena, struct store_term *ret);
bool remote_terms_column(void *state, const struct field *field, uint32_t chunk,
			 struct store_column *ret);
bool remote_terms_lists(void *state, uint32_t chunk, struct store_column *ret);
enum status remote_terms_posting(void *state, const struct field *field,
				 uint32_t term, struct store_rows *rows,
				 struct error *err);
enum status remote_terms_posting_lists(void *state, const struct field *field,
				       uint32_t term, struct store_rows *lists,
				       struct error *err);

#endif
