#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/store/btree.h"
#include "signatures/store/settled.h"
#include "signatures/store/store_rebuild.h"
#include "signatures/store/store_scratch.h"

enum {
	TOLD_MOST = 20, /* of each sub-database */
	KEY_SHOWN = 24
};

struct report {
	store_complain *complain;
	void *closure;
	uint64_t differences;
	uint64_t told;
};

static void tell(void *closure, const char *text)
{
	struct report *report = closure;

	report->differences++;
	if (report->told++ < TOLD_MOST)
		report->complain(report->closure, text);
}

static void tell_entry(struct report *report, enum schema_db db, MDB_val key,
		       const char *what)
{
	char hex[2 * KEY_SHOWN + 1] = "";
	char text[256];
	const uint8_t *bytes = key.mv_data;

	for (size_t i = 0; i < key.mv_size && i < KEY_SHOWN; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	snprintf(text, sizeof(text), "%s %s: %s", state_names[db], hex, what);
	tell(report, text);
}

static int compare(MDB_val a, MDB_val b)
{
	const size_t shorter = a.mv_size < b.mv_size ? a.mv_size : b.mv_size;
	const int order = shorter ? memcmp(a.mv_data, b.mv_data, shorter) : 0;

	return order ? order
		     : (a.mv_size > b.mv_size) - (a.mv_size < b.mv_size);
}

/* One side of a comparison: an entry, or the end. */
struct side {
	struct store *store;
	MDB_cursor *cursor;
	MDB_val key, value;
	bool is_there;
};

static void step(struct side *side, MDB_cursor_op how)
{
	const int rc =
		mdb_cursor_get(side->cursor, &side->key, &side->value, how);

	if (rc && rc != MDB_NOTFOUND && !side->store->failed)
		side->store->failed = rc;
	side->is_there = rc == 0;
}

static void compare_sides(struct report *report, enum schema_db db,
			  struct side *kept, struct side *made)
{
	step(kept, MDB_FIRST);
	step(made, MDB_FIRST);
	while (kept->is_there || made->is_there) {
		int order = 0;

		if (kept->is_there && made->is_there) {
			order = compare(kept->key, made->key);
		} else {
			order = kept->is_there ? -1 : 1;
		}
		if (order < 0)
			tell_entry(report, db, kept->key,
				   "follows from no record");
		else if (order > 0)
			tell_entry(report, db, made->key, "is missing");
		else if (compare(kept->value, made->value))
			tell_entry(report, db, kept->key,
				   "differs from what the records say");
		if (order <= 0)
			step(kept, MDB_NEXT);
		if (order >= 0)
			step(made, MDB_NEXT);
	}
}

static enum status compare_db(struct report *report, enum schema_db db,
			      struct store *store, struct store *scratch,
			      struct error *err)
{
	struct side kept = { .store = store }, made = { .store = scratch };
	int rc = mdb_cursor_open(store->txn, store->dbi[db], &kept.cursor);

	if (rc)
		return state_error(store->path, rc, err);
	rc = mdb_cursor_open(scratch->txn, scratch->dbi[db], &made.cursor);
	if (rc) {
		mdb_cursor_close(kept.cursor);
		return state_error(scratch->path, rc, err);
	}
	report->told = 0;
	compare_sides(report, db, &kept, &made);
	mdb_cursor_close(kept.cursor);
	mdb_cursor_close(made.cursor);
	if (state_check(store, err))
		return err->status;
	return state_check(scratch, err);
}

static void compare_tally(struct report *report, const struct store *store,
			  const struct store *scratch)
{
	char text[128];

	report->told = 0;
	if (store->files != scratch->files) {
		snprintf(text, sizeof(text),
			 "tally: %llu files, records have %llu",
			 (unsigned long long)store->files,
			 (unsigned long long)scratch->files);
		tell(report, text);
	}
	for (size_t i = 0; i < STATUS_COUNT; i++) {
		if (store->refused[i] == scratch->refused[i])
			continue;
		snprintf(text, sizeof(text),
			 "tally: %llu refused as %s, records have %llu",
			 (unsigned long long)store->refused[i],
			 error_name((enum status)i),
			 (unsigned long long)scratch->refused[i]);
		tell(report, text);
	}
}

static void tell_settled(void *closure, struct bytes key)
{
	const MDB_val name = { bytes_left(&key), (void *)(uintptr_t)key.next };

	tell_entry(closure, SCHEMA_SETTLED, name,
		   "is not as it was written; the next settling makes it anew");
}

static enum status compare_stores(struct report *report, struct store *store,
				  struct store *scratch, struct error *err)
{
	static const enum schema_db made[] = { SCHEMA_TERM,   SCHEMA_FIND,
					       SCHEMA_VALUE,  SCHEMA_POSTING,
					       SCHEMA_COLUMN, SCHEMA_PAIR,
					       SCHEMA_RANK };

	if (store_begin(scratch, err))
		return err->status;
	scratch->has_heads = store->has_heads;
	scratch->has_split = store->has_split;
	if (store_rebuild_into(store, scratch, tell, report, err))
		return err->status;
	compare_tally(report, store, scratch);
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		if (compare_db(report, made[i], store, scratch, err))
			return err->status;
	report->told = 0;
	store_settled_look(store, tell_settled, report);
	return state_check(store, err);
}

enum status store_verify(struct store *store, const char *scratch,
			 store_complain *complain, void *closure,
			 uint64_t *differences, struct error *err)
{
	struct report report = { .complain = complain, .closure = closure };
	struct store *made = NULL;
	enum status status;
	struct arena arena;
	const char *folder;

	arena_init(&arena);
	status = store_scratch_make(scratch, &arena, &folder, err);
	if (status) {
		arena_deinit(&arena);
		return status;
	}
	status = store_scratch_open(folder, &made, err);
	if (!status)
		status = store_scratch_fit(made, store, err);
	if (!status)
		status = compare_stores(&report, store, made, err);
	store_close(made);
	store_scratch_remove(folder);
	arena_deinit(&arena);
	if (!status)
		*differences = report.differences;
	return status;
}
