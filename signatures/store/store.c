#include "signatures/store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/btree.h"
#include "signatures/store/findplace.h"
#include "signatures/store/hashes.h"
#include "signatures/store/kin.h"
#include "signatures/store/machines.h"
#include "signatures/store/memo.h"
#include "signatures/store/part.h"
#include "signatures/store/pending.h"
#include "signatures/store/settled.h"
#include "signatures/store/store_admin.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"
#include "signatures/store/store_schema.h"
#include "signatures/store/store_side.h"
#include "signatures/store/store_write.h"
#include "signatures/store/term.h"

enum {
	READERS = 1022,
	WAIT_LOOKS = 20, /* at a lock, in the second before we say so */
	PATH_BYTES = 4096
};

/*
 * Address space costs nothing until it is used, so the map is far larger than
 * the file and a transaction may add as much as there was and 16 GiB more.
 */
#define MAP_ROOM (UINT64_C(16) << 30)

static bool path_in(const char *folder, const char *name, char path[PATH_BYTES])
{
	const int size = snprintf(path, PATH_BYTES, "%s/%s", folder, name);

	return size > 0 && size < PATH_BYTES;
}

static void (*tell_waiting)(const char *path);

void store_tell_waiting(void (*tell)(const char *path))
{
	tell_waiting = tell;
}

/* As flock(), but whoever waits long is told so. */
static int lock(int fd, int how, const char *path)
{
	const struct timespec pause = { .tv_nsec = 1000000000 / WAIT_LOOKS };
	int rc = flock(fd, how | LOCK_NB);

	for (int i = 0; i < WAIT_LOOKS && rc && errno == EWOULDBLOCK; i++) {
		nanosleep(&pause, NULL);
		rc = flock(fd, how | LOCK_NB);
	}
	if (!rc || errno != EWOULDBLOCK)
		return rc;
	if (tell_waiting)
		tell_waiting(path);
	do
		rc = flock(fd, how);
	while (rc && errno == EINTR);
	return rc;
}

enum status store_lock(const char *path, const char *name, int how, int *ret,
		       struct error *err)
{
	char file[PATH_BYTES];
	int fd;

	if (!path_in(path, name, file))
		return error_set(err, STATUS_IO, "%.100s...: path too long",
				 path);
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return state_error(path, errno, err);
	while (lock(fd, how, path)) {
		const int code = errno;

		if (code == EINTR)
			continue;
		close(fd);
		return state_error(path, code, err);
	}
	*ret = fd;
	return STATUS_OK;
}

/* What the map needs to be for what the file has become. */
static size_t map_bytes(const char *path)
{
	char file[PATH_BYTES];
	struct stat info = { 0 };

	if (path_in(path, "data.mdb", file) && stat(file, &info))
		info.st_size = 0;
	return (size_t)(2 * (uint64_t)info.st_size + MAP_ROOM);
}

static int open_env(struct store *store, unsigned int flags)
{
	int rc = mdb_env_create(&store->env);

	if (!rc)
		rc = mdb_env_set_maxdbs(store->env, SCHEMA_DBS);
	if (!rc)
		rc = mdb_env_set_maxreaders(store->env, READERS);
	if (!rc)
		rc = mdb_env_set_mapsize(store->env, map_bytes(store->path));
	flags |= MDB_NOTLS;
	if (store->mode == STORE_READ)
		flags |= MDB_RDONLY;
	if (store->is_scratch)
		flags |= MDB_NOSYNC | MDB_NOLOCK;
	if (!rc)
		rc = mdb_env_open(store->env, store->path, flags, 0666);
	return rc;
}

/* A reader that may not write its place into the lock file goes without. */
static int open_unlocked(struct store *store)
{
	mdb_env_close(store->env);
	return open_env(store, MDB_NOLOCK);
}

static int open_databases(struct store *store)
{
	const unsigned int make = store->mode == STORE_WRITE ? MDB_CREATE : 0;
	int rc = 0;

	for (size_t i = 0; i < SCHEMA_DBS && !rc; i++) {
		const unsigned int sorted =
			i == SCHEMA_COPY ? MDB_DUPSORT | MDB_DUPFIXED : 0;

		rc = mdb_dbi_open(store->txn, state_names[i], sorted | make,
				  &store->dbi[i]);
	}
	return rc;
}

static struct btree_key meta_key(const char *name)
{
	struct btree_key key = btree_key();

	btree_key_bytes(&key, name, strlen(name));
	return key;
}

/* A reader misses a database: this is no store, or one of another version. */
static enum status check_missing(struct store *store, struct error *err)
{
	const struct btree_key key = meta_key("schema");
	struct bytes in;

	if (store->dbi[SCHEMA_META] &&
	    btree_get(store, SCHEMA_META, &key, &in) &&
	    store_schema_check(store, err))
		return err->status;
	return error_set(err, STATUS_STORE, "%s: not a crash store",
			 store->path);
}

/* The first transaction makes the databases, or sees what there is. */
static enum status open_first(struct store *store, struct error *err)
{
	const unsigned int flags = store->mode == STORE_READ ? MDB_RDONLY : 0;
	int rc = mdb_txn_begin(store->env, NULL, flags, &store->txn);

	if (rc)
		return state_error(store->path, rc, err);
	rc = open_databases(store);
	if (rc == MDB_NOTFOUND) {
		const enum status status = check_missing(store, err);

		mdb_txn_abort(store->txn);
		store->txn = NULL;
		return status;
	}
	if (rc)
		store->failed = rc;
	if (state_check(store, err) || store_schema_check(store, err)) {
		mdb_txn_abort(store->txn);
		store->txn = NULL;
		return err->status;
	}
	rc = mdb_txn_commit(store->txn);
	store->txn = NULL;
	return rc ? state_error(store->path, rc, err) : STATUS_OK;
}

static enum status check_path(struct store *store, struct error *err)
{
	char file[PATH_BYTES];
	struct stat info;

	if (!path_in(store->path, "data.mdb", file))
		return error_set(err, STATUS_IO, "%.100s...: path too long",
				 store->path);
	if (store->mode == STORE_READ && stat(file, &info))
		return error_set(err, STATUS_IO, "%s: no crash store there",
				 store->path);
	/* Whoever was to make it was stopped before the first byte. */
	if (store->mode == STORE_READ && info.st_size == 0)
		return error_set(err, STATUS_STORE, "%s: not a crash store",
				 store->path);
	if (store->mode == STORE_WRITE && mkdir(store->path, 0777) &&
	    errno != EEXIST)
		return state_error(store->path, errno, err);
	return STATUS_OK;
}

/* LMDB does without by itself where the file system is read-only. */
static bool is_unseen(const struct store *store)
{
	char file[PATH_BYTES];

	return store->mode == STORE_READ &&
	       path_in(store->path, "lock.mdb", file) &&
	       faccessat(AT_FDCWD, file, W_OK, AT_EACCESS);
}

/* Half of the first pages is no store, nor room to make one in. */
static int make_env(struct store *store)
{
	char file[PATH_BYTES];
	struct stat info;
	const bool was_there = !path_in(store->path, "data.mdb", file) ||
			       (!stat(file, &info) && info.st_size > 0);
	const int rc = open_env(store, 0);

	if (rc && !was_there)
		unlink(file);
	return rc;
}

static enum status open_store(struct store *store, struct error *err)
{
	int rc = store->mode == STORE_WRITE ? make_env(store)
					    : open_env(store, 0);

	if (store->mode == STORE_READ &&
	    (rc == EACCES || rc == EROFS || rc == EPERM))
		rc = open_unlocked(store);
	if (rc)
		return state_error(store->path, rc, err);
	store->is_unseen = is_unseen(store);
	return open_first(store, err);
}

enum status store_open_as(const char *path, enum store_mode mode,
			  bool is_scratch, struct store **ret,
			  struct error *err)
{
	struct store *store = calloc(1, sizeof(*store));
	int opening = -1;

	if (!store)
		must_end();
	store->path = strdup(path);
	store->mode = mode;
	store->lock = -1;
	store->is_scratch = is_scratch;
	if (!store->path)
		must_end();
	if (check_path(store, err))
		goto out;
	if (mode == STORE_WRITE &&
	    store_lock(path, STORE_WRITER_LOCK, LOCK_EX, &store->lock, err))
		goto out;
	/* Not while store_compact() swaps files; best effort for readers. */
	if (store_lock(path, STORE_OPEN_LOCK, LOCK_SH, &opening, err) &&
	    mode == STORE_WRITE)
		goto out;
	if (open_store(store, err))
		goto out;
	if (opening >= 0)
		close(opening);
	*ret = store;
	return STATUS_OK;
out:
	if (opening >= 0)
		close(opening);
	store_close(store);
	return err->status;
}

enum status store_open(const char *path, enum store_mode mode,
		       struct store **ret, struct error *err)
{
	return store_open_as(path, mode, false, ret, err);
}

static void forget_pending(struct store *store)
{
	hashes_destroy(store->hashes);
	findplace_destroy(store->places);
	kin_destroy(store->kin);
	memo_destroy(store->memos);
	store_settled_destroy(store->settled);
	pending_destroy(store->pending);
	term_cache_destroy(store->terms);
	part_cache_destroy(store->parts);
	part_builds_destroy(store->builds);
	store->hashes = NULL;
	store->places = NULL;
	store->kin = NULL;
	store->memos = NULL;
	store->settled = NULL;
	store->pending = NULL;
	store->terms = NULL;
	store->parts = NULL;
	store->builds = NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	if (store->foreign)
		store->foreign->close(store->foreign_state);
	store_end(store);
	forget_pending(store);
	for (size_t i = 0; i < SCHEMA_FIELDS; i++)
		free(store->columns[i]);
	store_side_drop(store);
	if (store->env)
		mdb_env_close(store->env);
	if (store->lock >= 0)
		close(store->lock);
	free(store->path);
	free(store);
}

/* Another process may have made the map larger, or we want to. */
static int begin(struct store *store)
{
	const unsigned int flags = store->mode == STORE_READ ? MDB_RDONLY : 0;
	MDB_envinfo info;
	int dead, rc = 0;

	if (store->mode == STORE_WRITE) {
		const size_t wanted = map_bytes(store->path);

		/* Nothing that a reader saw is used again while it is there. */
		rc = mdb_reader_check(store->env, &dead);
		if (rc)
			return rc;
		mdb_env_info(store->env, &info);
		if (store->is_full)
			rc = mdb_env_set_mapsize(store->env,
						 2 * info.me_mapsize);
		else if (info.me_mapsize < wanted - MAP_ROOM / 2)
			rc = mdb_env_set_mapsize(store->env, wanted);
		store->is_full = false;
	}
	if (!rc)
		rc = mdb_txn_begin(store->env, NULL, flags, &store->txn);
	if (rc == MDB_MAP_RESIZED) {
		rc = mdb_env_set_mapsize(store->env, 0);
		if (!rc)
			rc = mdb_txn_begin(store->env, NULL, flags,
					   &store->txn);
	}
	return rc;
}

/* What the index was made by: numbers, types and kinds of all fields. */
static struct bytes fields_now(struct arena *arena)
{
	struct pack out = pack_into(arena);

	for (const struct field *field = field_table; field->name; field++) {
		pack_u8(&out, field->number);
		pack_u8(&out, (uint8_t)field->type);
		pack_u8(&out, (uint8_t)field->index);
		pack_u8(&out, field_is_listed(field));
		pack_u8(&out, machines_are_counted(field->number));
	}
	return pack_done(&out);
}

/* A program with other fields than the last one makes the index anew. */
static enum status check_fields(struct store *store, struct arena *arena,
				struct error *err)
{
	const struct btree_key key = meta_key("fields");
	const struct bytes now = fields_now(arena);
	struct bytes then = bytes_absent();
	const size_t size = bytes_left(&now);

	if (btree_get(store, SCHEMA_META, &key, &then) &&
	    bytes_left(&then) == size && !memcmp(then.next, now.next, size))
		return STATUS_OK;
	if (state_check(store, err))
		return err->status;
	if (store->mode == STORE_READ)
		return store->rows
			       ? error_set(err, STATUS_STORE,
					   "%s: indexed by a program with "
					   "other fields; crashcorpus rebuild",
					   store->path)
			       : STATUS_OK;
	if (store->rows && store_rebuild(store, err))
		return err->status;
	btree_put(store, SCHEMA_META, &key, now);
	return state_check(store, err);
}

enum status store_begin(struct store *store, struct error *err)
{
	const struct btree_key key = meta_key("tally");
	struct bytes in = bytes_absent();
	int rc;

	if (store->foreign)
		return store->foreign->begin(store->foreign_state, &store->rows,
					     err);
	rc = begin(store);

	if (rc) {
		store->txn = NULL;
		return state_error(store->path, rc, err);
	}
	store->failed = 0;
	store->begun++;
	memset(store->is_changed, 0, sizeof(store->is_changed));
	memset(store->last_terms, 0, sizeof(store->last_terms));
	if (store->mode == STORE_READ)
		btree_begin(store);
	store->rows = (uint32_t)btree_count(store, SCHEMA_ROW);
	btree_get(store, SCHEMA_META, &key, &in);
	store->files = pack_take_varint(&in);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		store->refused[i] = pack_take_varint(&in);
	store->tally_changed = false;
	store->settled_is_damaged = false;
	if (store->mode == STORE_WRITE && !store->pending) {
		store->hashes = hashes_create();
		store->places = findplace_create();
		store->kin = kin_create();
		store->memos = memo_create();
		store->settled = store_settled_create();
		store->pending = pending_create();
		store->terms = term_cache_create();
		store->parts = part_cache_create();
	}

	struct arena arena;
	enum status status = state_check(store, err);

	arena_init(&arena);
	if (!status)
		status = store_schema_begin(store, err);
	if (!status)
		status = check_fields(store, &arena, err);
	arena_deinit(&arena);
	if (status)
		store_end(store);
	return status;
}

void store_end(struct store *store)
{
	btree_end(store);
	if (store->txn)
		mdb_txn_abort(store->txn);
	store->txn = NULL;
	/* What was remembered may never have come to be. */
	if (store->mode == STORE_WRITE)
		forget_pending(store);
}

static void write_tally(struct store *store)
{
	const struct btree_key key = meta_key("tally");
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	out = pack_into(&arena);
	pack_varint(&out, store->files);
	for (size_t i = 0; i < STATUS_COUNT; i++)
		pack_varint(&out, store->refused[i]);
	btree_put(store, SCHEMA_META, &key, pack_done(&out));
	arena_deinit(&arena);
}

/* A file that was taken away is written to as any other, until it is closed. */
static enum status check_file(struct store *store, struct error *err)
{
	char file[PATH_BYTES];
	struct stat there, ours;
	mdb_filehandle_t fd;

	if (path_in(store->path, "data.mdb", file) &&
	    !mdb_env_get_fd(store->env, &fd) && !fstat(fd, &ours) &&
	    !stat(file, &there) && there.st_ino == ours.st_ino &&
	    there.st_dev == ours.st_dev)
		return STATUS_OK;
	return error_set(err, STATUS_IO,
			 "%s: was removed or replaced meanwhile", store->path);
}

enum status store_commit(struct store *store, struct error *err)
{
	int rc;

	pending_flush(store);
	store_settled_flush(store);
	if (store->tally_changed)
		write_tally(store);
	if (state_check(store, err)) {
		store_end(store);
		return err->status;
	}
	rc = mdb_txn_commit(store->txn);
	store->txn = NULL;
	if (rc) {
		forget_pending(store);
		return state_error(store->path, rc, err);
	}
	return check_file(store, err);
}

const char *store_folder(const struct store *store)
{
	return store->path;
}

uint32_t store_row_count(struct store *store)
{
	return store->rows;
}

enum status store_check(struct store *store, struct error *err)
{
	if (store->foreign)
		return store->foreign->check(store->foreign_state, err);
	return state_check(store, err);
}

enum status store_ending(struct store *store, enum status status,
			 struct error *err)
{
	struct error said;

	if (!store_check(store, &said))
		return status;
	*err = said;
	return said.status;
}

enum status store_tally_read(struct store *store, struct store_tally *ret,
			     struct error *err)
{
	struct store_tally tally = { .indexed = store->rows };

	if (store->foreign)
		return store->foreign->tally_read(store->foreign_state, ret,
						  err);
	tally.duplicate = btree_count(store, SCHEMA_COPY);
	tally.same_crash = store->files - store->rows;
	tally.archives = btree_count(store, SCHEMA_ARCHIVE);
	memcpy(tally.refused, store->refused, sizeof(tally.refused));
	if (state_check(store, err))
		return err->status;
	*ret = tally;
	return STATUS_OK;
}

bool store_has_archive(struct store *store, struct hash128 content,
		       uint64_t *dumps)
{
	struct btree_key key = btree_key();
	struct bytes in;

	btree_key_hash(&key, content);
	if (!btree_get(store, SCHEMA_ARCHIVE, &key, &in))
		return false;
	*dumps = pack_take_varint(&in);
	return !in.failed;
}
