/*
 * remote_terms.h - terms and columns of a remote store; see
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

/* Fetch the terms of a field, if that has not been done. */
enum status remote_terms_fetch(struct remote *remote, const struct field *field,
			       struct error *err);

/* The term of a value, 0 if there is none; of a field that was fetched. */
uint32_t remote_terms_of(const struct remote *remote, const struct field *field,
			 struct field_value value);

/* The rows of a chunk; false past the end. */
bool remote_terms_chunk(const struct remote *remote, uint32_t chunk,
			size_t *first, size_t *count);

#endif
