#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_scratch.h"

enum {
	COMMIT_BYTES = 64 << 20 /* of a new file, in memory until then */
};

/* A store on its way into a new file. */
struct copy {
	struct store *from, *to;
	MDB_txn *read;
	size_t bytes; /* since the last commit */
};

static int commit(struct copy *copy)
{
	int rc = copy->to->txn ? mdb_txn_commit(copy->to->txn) : 0;

	copy->to->txn = NULL;
	copy->bytes = 0;
	return rc ? rc : mdb_txn_begin(copy->to->env, NULL, 0, &copy->to->txn);
}

static int put(struct copy *copy, enum schema_db db, MDB_val *key,
	       MDB_val *value)
{
	/* Values of one key have an order of their own. */
	const unsigned int flags = db == SCHEMA_COPY ? 0 : MDB_APPEND;

	copy->bytes += key->mv_size + value->mv_size;
	return mdb_put(copy->to->txn, copy->to->dbi[db], key, value, flags);
}

static int copy_db(struct copy *copy, enum schema_db db)
{
	MDB_val key, value;
	MDB_cursor *cursor;
	int rc = mdb_drop(copy->to->txn, copy->to->dbi[db], 0);

	if (rc)
		return rc;
	rc = mdb_cursor_open(copy->read, copy->from->dbi[db], &cursor);
	if (rc)
		return rc;
	for (;;) {
		rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
		if (!rc)
			rc = put(copy, db, &key, &value);
		if (!rc && copy->bytes > COMMIT_BYTES)
			rc = commit(copy);
		if (rc)
			break;
	}
	mdb_cursor_close(cursor);
	return rc == MDB_NOTFOUND ? 0 : rc;
}

/*
 * Entry by entry, each behind the one before: pages that grew by what came to
 * lie between are half empty, these are full.
 */
static int copy_all(struct copy *copy)
{
	int rc = commit(copy);

	for (unsigned int db = 0; db < SCHEMA_DBS && !rc; db++)
		rc = copy_db(copy, db);
	if (!rc)
		rc = mdb_txn_commit(copy->to->txn);
	else if (copy->to->txn)
		mdb_txn_abort(copy->to->txn);
	copy->to->txn = NULL;
	return rc ? rc : mdb_env_sync(copy->to->env, 1);
}

static enum status write_fresh(struct store *from, const char *fresh,
			       struct error *err)
{
	struct copy copy = { .from = from };
	int rc;

	if (store_scratch_open(fresh, &copy.to, err))
		return err->status;
	if (store_scratch_fit(copy.to, from, err)) {
		store_close(copy.to);
		return err->status;
	}
	rc = mdb_txn_begin(from->env, NULL, MDB_RDONLY, &copy.read);
	if (!rc) {
		rc = copy_all(&copy);
		mdb_txn_abort(copy.read);
	}
	store_close(copy.to);
	return rc ? state_error(fresh, rc, err) : STATUS_OK;
}

/*
 * The new file takes the place of the old one under both locks: nobody writes,
 * and nobody opens.  LMDB's own lock file belongs to the old file and to who
 * still reads it, so it goes too; the next to open makes a new one.
 */
static enum status swap_files(const char *path, const char *fresh,
			      struct arena *arena, struct error *err)
{
	int opening;
	enum status status = STATUS_OK;

	if (store_lock(path, STORE_OPEN_LOCK, LOCK_EX, &opening, err))
		return err->status;
	if (unlink(text_printf(arena, "%s/lock.mdb", path)) && errno != ENOENT)
		status = state_error(path, errno, err);
	if (!status && rename(text_printf(arena, "%s/data.mdb", fresh),
			      text_printf(arena, "%s/data.mdb", path)))
		status = state_error(path, errno, err);
	close(opening);
	return status;
}

static enum status compact(const char *path, const char *fresh,
			   struct arena *arena, struct error *err)
{
	enum status status;
	struct store *from;

	if (store_open(path, STORE_READ, &from, err))
		return err->status;
	status = write_fresh(from, fresh, err);
	store_close(from);
	if (!status)
		status = swap_files(path, fresh, arena, err);
	return status;
}

enum status store_compact(const char *path, struct error *err)
{
	struct arena arena;
	enum status status;
	int writer;

	arena_init(&arena);
	if (access(text_printf(&arena, "%s/data.mdb", path), F_OK))
		status = error_set(err, STATUS_IO, "%s: no crash store there",
				   path);
	else
		status = store_lock(path, STORE_WRITER_LOCK, LOCK_EX, &writer,
				    err);
	if (!status) {
		const char *fresh = text_printf(&arena, "%s/compact", path);

		/* What an interrupted run left behind. */
		store_scratch_remove(fresh);
		if (mkdir(fresh, 0777))
			status = state_error(fresh, errno, err);
		else
			status = compact(path, fresh, &arena, err);
		store_scratch_remove(fresh);
		close(writer);
	}
	arena_deinit(&arena);
	return status;
}
