/*
 * factor.h - one field of every row, side by side in memory.
 *
 * For questions that look at several fields of the same rows: 4 bytes a row for
 * terms, 8 for numbers.  A term's value is looked up when it is printed.
 */
#ifndef QUERY_FACTOR_H
#define QUERY_FACTOR_H

#include "query/plan.h"

/* A FIELD_COLUMN field by row, 0 = no value; the caller frees it. */
uint32_t *factor_terms(struct store *store, const char *field);

/* A FIELD_RAW field by row, STORE_NO_NUMBER = no value; the caller frees it. */
uint64_t *factor_numbers(struct store *store, const char *field);

/* One more than the largest of count terms. */
uint32_t factor_bound(const uint32_t *terms, uint32_t count);

/* A term's value; text is "" for 0 and lives in arena. */
struct field_value factor_value(struct store *store, const char *field,
				uint32_t term, struct arena *arena);
const char *factor_text(struct store *store, const char *field, uint32_t term,
			struct arena *arena);

/* Set the rows that have value of a FIELD_POSTINGS field. */
enum status factor_rows(struct store *store, const char *field,
			const char *value, struct plan *ret,
			struct error *err) MUST_CHECK;

enum status factor_number_rows(struct store *store, const char *field,
			       uint64_t value, struct plan *ret,
			       struct error *err) MUST_CHECK;

/*
 * Each value of a field with its rows among the plan's, rising; times and
 * uptimes by day and band, which have no term.  Text of its value lives in
 * arena.  STATUS_USAGE for a field that has no index.
 */
typedef void factor_take(void *closure, const struct store_term *term,
			 const uint32_t *rows, size_t count);
enum status factor_each(struct store *store, const struct field *field,
			const struct plan *plan, struct arena *arena,
			factor_take *take, void *closure,
			struct error *err) MUST_CHECK;

/*
 * Rows by key: those of key k are rows[first[k]] to rows[first[k + 1]], rising.
 */
struct factor_index {
	uint32_t *rows;
	uint32_t *first;
	uint32_t keys;
};

/* Of the plan's rows with a key; the caller ends it. */
struct factor_index factor_index_make(const struct plan *plan,
				      const uint32_t *keys, uint32_t bound);
/* The same where keys are those of the plan's rows alone, in their order. */
struct factor_index factor_index_in_order(const struct plan *plan,
					  const uint32_t *keys, uint32_t bound);
void factor_index_deinit(struct factor_index *index);

#endif
