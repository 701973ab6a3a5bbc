/*
 * state.h - the inside of an open store; for this room alone.
 *
 * A failure of LMDB sticks: the first one is kept in failed, whatever follows
 * does nothing and finds nothing, and store_check() turns it into an error at
 * the end of each outward function.  A transaction that failed cannot be
 * committed.
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include <lmdb.h>

#include "signatures/store/schema.h"
#include "signatures/store/store.h"

struct findplaces;
struct hashes;
struct kin;
struct memos;
struct pages;
struct part_builds;
struct part_cache;
struct pending;
struct settled;
struct store_foreign;
struct store_side;
struct term_cache;

struct store {
	char *path;
	enum store_mode mode;
	int lock; /* the writer's, or -1 */
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi[SCHEMA_DBS];
	struct pages *pages;	     /* reader, in a transaction, or NULL */
	uint64_t roots[SCHEMA_DBS];  /* with these */
	uint64_t begun;		     /* transactions so far */
	bool is_changed[SCHEMA_DBS]; /* by this transaction */
	int failed;	 /* of this transaction: an LMDB or errno code, or 0 */
	bool is_full;	 /* the map has to grow before the next transaction */
	bool is_scratch; /* store_verify()'s own, need not last */
	bool is_unseen;	 /* reader that writers do not know of */
	bool has_heads;	 /* of columns, beside them: column_form.h */
	bool has_split;	 /* columns are split and narrow: as well there */

	uint32_t rows;
	uint64_t files;
	uint64_t refused[STATUS_COUNT];
	bool tally_changed;

	struct part_cache *parts;     /* writer: lists seen of late */
	struct hashes *hashes;	      /* writer: hashes to be put */
	struct findplaces *places;    /* writer: of pages with hashes */
	struct kin *kin;	      /* writer: rows that were compared */
	struct pending *pending;      /* writer: index entries to be made */
	struct memos *memos;	      /* writer: terms of parts */
	bool settled_is_damaged;      /* an entry was not as it was put */
	struct settled *settled;      /* writer: what happened to rows */
	struct term_cache *terms;     /* writer: value -> term */
	struct part_builds *builds;   /* those that were read */
	void *columns[SCHEMA_FIELDS]; /* reader: one decoded chunk a field */
	uint32_t last_terms[SCHEMA_FIELDS]; /* ... as asked; 0 = not yet */

	struct store_side *sides; /* fields that follow from another */

	const struct store_foreign *foreign; /* NULL: LMDB */
	void *foreign_state;
};

/* What the sub-databases are called. */
extern const char *const state_names[SCHEMA_DBS];

/* An LMDB or errno code as an error. */
enum status state_error(const char *path, int code, struct error *err);
/* The failure that sticks as an error; STATUS_OK if there is none. */
enum status state_check(struct store *store, struct error *err) MUST_CHECK;

#endif
