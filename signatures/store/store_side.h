/*
 * store_side.h - fields that follow from another field by a list that is not in
 * the store: a machine's site, from a table somebody keeps.
 *
 * Such a field (field_add()) is a FIELD_COLUMN of texts to whoever reads.  Its
 * terms are made out of the terms of the other field when it is first asked
 * for; nothing of it is stored.
 */
#ifndef STORE_STORE_SIDE_H
#define STORE_STORE_SIDE_H

#include "signatures/store/store_read.h"

/* The text that belongs to a value of the other field; NULL for none. */
typedef const char *store_side_text(void *closure, struct field_value value);

/* base is a FIELD_COLUMN; closure and texts live until store_close(). */
void store_side_add(struct store *store, const struct field *field,
		    const struct field *base, store_side_text *text,
		    void *closure);

/* For this room: what store_read.h asks of such a field. */
bool store_side_is(const struct field *field);
bool store_side_column(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret);
enum status store_side_walk(struct store *store, const struct field *field,
			    store_term_take *take, void *closure,
			    struct error *err) MUST_CHECK;
bool store_side_find_term(struct store *store, const struct field *field,
			  struct field_value value, struct store_term *ret);
bool store_side_term_value(struct store *store, const struct field *field,
			   uint32_t term, struct arena *arena,
			   struct store_term *ret);
void store_side_drop(struct store *store);

#endif
