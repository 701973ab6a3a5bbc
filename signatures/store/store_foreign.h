/*
 * store_foreign.h - a store whose crashes lie elsewhere.
 *
 * What answers store_read.h then is not LMDB but a table of functions over
 * state of their own: a distributed engine, say.  Rows, terms and columns mean
 * what they mean there, and rows rise with the ids of their crashes.  Such
 * a store is read, never written.
 */
#ifndef STORE_STORE_FOREIGN_H
#define STORE_STORE_FOREIGN_H

#include "signatures/store/store_read.h"

/* One function for each that needs the crashes; see store_read.h. */
struct store_foreign {
	enum status (*begin)(void *state, uint32_t *rows, struct error *err);
	void (*close)(void *state);
	enum status (*crash_read)(void *state, uint32_t row,
				  struct arena *arena, struct store_crash *ret,
				  struct error *err);
	void (*crash_expect)(void *state, const uint32_t *rows, size_t count);
	size_t (*find_id)(void *state, const char *prefix, uint32_t *rows,
			  size_t max);
	bool (*find_content)(void *state, struct hash128 content,
			     uint32_t *row);
	void (*find_source)(void *state, const char *source,
			    store_row_take *take, void *closure);
	enum status (*walk_terms)(void *state, const struct field *field,
				  store_term_take *take, void *closure,
				  struct error *err);
	bool (*find_term)(void *state, const struct field *field,
			  struct field_value value, struct store_term *ret);
	bool (*term_value)(void *state, const struct field *field,
			   uint32_t term, struct arena *arena,
			   struct store_term *ret);
	bool (*column_read)(void *state, const struct field *field,
			    uint32_t chunk, struct store_column *ret);
	bool (*column_lists)(void *state, uint32_t chunk,
			     struct store_column *ret);
	enum status (*posting_read)(void *state, const struct field *field,
				    uint32_t term, struct store_rows *rows,
				    struct error *err);
	enum status (*posting_lists)(void *state, const struct field *field,
				     uint32_t term, struct store_rows *lists,
				     struct error *err);
	enum status (*tally_read)(void *state, struct store_tally *ret,
				  struct error *err);
	/* An entry of the last pass; see store_settled.h. */
	bool (*settled_get)(void *state, struct bytes key, struct bytes *ret);
	/* What went wrong where a find or a column had no way to say so. */
	enum status (*check)(void *state, struct error *err);
};

/*
 * Takes state over: store_close() closes it.  foreign lives for ever; name is
 * copied, and what store_folder() tells.
 */
struct store *store_foreign_create(const struct store_foreign *foreign,
				   void *state, const char *name);

/* The state of such a store; NULL of any other. */
void *store_foreign_state(struct store *store,
			  const struct store_foreign *foreign);

#endif
