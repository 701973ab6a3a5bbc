#include "signatures/store/state.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

const char *const state_names[SCHEMA_DBS] = {
	[SCHEMA_META] = "meta",	      [SCHEMA_ROW] = "row",
	[SCHEMA_PART] = "part",	      [SCHEMA_TERM] = "term",
	[SCHEMA_REFUSED] = "refused", [SCHEMA_ARCHIVE] = "archive",
	[SCHEMA_STAMP] = "stamp",     [SCHEMA_COPY] = "copy",
	[SCHEMA_FIND] = "find",	      [SCHEMA_VALUE] = "value",
	[SCHEMA_POSTING] = "posting", [SCHEMA_COLUMN] = "column",
	[SCHEMA_PAIR] = "pair",	      [SCHEMA_SETTLED] = "settled",
	[SCHEMA_RANK] = "rank",
};

/* LMDB says EIO where a write came out short, which is how a disk gets full. */
static bool is_full(const char *path)
{
	struct statvfs disk;

	return !statvfs(path, &disk) && disk.f_bavail == 0;
}

enum status state_error(const char *path, int code, struct error *err)
{
	if (code == EIO && is_full(path))
		code = ENOSPC;
	switch (code) {
	case MDB_MAP_FULL:
		return error_set(err, STATUS_STORE,
				 "%s: one transaction outgrew the map", path);
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
		return error_set(err, STATUS_STORE, "%s: %s", path,
				 mdb_strerror(code));
	default:
		return error_set(err, code > 0 ? STATUS_IO : STATUS_STORE,
				 "%s: %s", path, mdb_strerror(code));
	}
}

/*
 * LMDB writes over what a state let go of two states later, unless it knows of
 * a reader; the transaction after the last one may be at it already.
 */
static bool is_overtaken(struct store *store)
{
	MDB_envinfo info;

	return store->is_unseen && store->txn &&
	       !mdb_env_info(store->env, &info) &&
	       info.me_last_txnid > mdb_txn_id(store->txn) + 1;
}

enum status state_check(struct store *store, struct error *err)
{
	if (is_overtaken(store))
		return error_set(err, STATUS_STORE,
				 "%s: written to while it was read, which "
				 "without the right to write there cannot be "
				 "held off: ask again",
				 store->path);
	if (!store->failed)
		return STATUS_OK;
	if (store->failed == MDB_MAP_FULL)
		store->is_full = true;
	return state_error(store->path, store->failed, err);
}
