#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"

static int write_copy(struct store *store, const char *file)
{
	const int fd =
		open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	int rc;

	if (fd < 0)
		return errno;
	rc = mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);
	if (!rc && fsync(fd))
		rc = errno;
	if (close(fd) && !rc)
		rc = errno;
	return rc;
}

/* Under its name only once it is whole: half of a copy is none. */
static enum status copy(struct store *store, const char *to,
			struct arena *arena, struct error *err)
{
	const char *whole = text_printf(arena, "%s/data.mdb", to);
	const char *part = text_printf(arena, "%s/copying", to);
	enum status status = STATUS_OK;
	int rc;

	if (mkdir(to, 0777) && errno != EEXIST)
		return state_error(to, errno, err);
	if (!access(whole, F_OK))
		return state_error(to, EEXIST, err);
	rc = write_copy(store, part);
	status = rc ? state_error(to, rc, err) : store_check(store, err);
	if (!status && rename(part, whole))
		status = state_error(to, errno, err);
	if (status)
		unlink(part);
	return status;
}

enum status store_backup(const char *path, const char *to, struct error *err)
{
	struct store *store;
	struct arena arena;
	enum status status;

	if (store_open(path, STORE_READ, &store, err))
		return err->status;
	arena_init(&arena);
	status = store_begin(store, err);
	if (!status)
		status = copy(store, to, &arena, err);
	arena_deinit(&arena);
	store_close(store);
	return status;
}
