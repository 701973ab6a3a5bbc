/*
 * store_side.h - fields that follow from a list that is not in the store: a
 * machine's site, from a table somebody keeps.
 *
 * Such a field (field_add()) is a FIELD_COLUMN of texts to whoever reads.  It
 * follows from the terms of another field, or row by row; its own terms are
 * made when it is first asked for, and nothing of it is stored.
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

/*
 * A label for each row, 0 = none, else a place in ret_texts from 1 on; labels
 * has one per row, all 0.  It does not ask for the field that it makes.
 */
typedef enum status store_side_label(void *closure, uint16_t *labels,
				     const char *const **ret_texts,
				     size_t *ret_count, struct error *err);

/* closure and texts live until store_close(). */
void store_side_add_labels(struct store *store, const struct field *field,
			   store_side_label *label, void *closure);

/* The field that this one follows from; NULL if it does row by row. */
const struct field *store_side_base(struct store *store,
				    const struct field *field);

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
