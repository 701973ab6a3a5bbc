#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"

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
	const char *data = text_printf(arena, "%s/data.mdb", fresh);
	enum status status = STATUS_OK;

	/* What an interrupted run left behind. */
	if (unlink(data) && errno != ENOENT)
		return state_error(fresh, errno, err);
	if (store_backup(path, fresh, err))
		status = err->status;
	if (!status)
		status = swap_files(path, fresh, arena, err);
	unlink(data);
	rmdir(fresh);
	return status;
}

enum status store_compact(const char *path, bool wait, struct error *err)
{
	struct arena arena;
	enum status status;
	int writer;

	arena_init(&arena);
	if (access(text_printf(&arena, "%s/data.mdb", path), F_OK))
		status = error_set(err, STATUS_IO, "%s: no crash store there",
				   path);
	else
		status = store_lock(path, STORE_WRITER_LOCK,
				    LOCK_EX | (wait ? 0 : LOCK_NB), &writer,
				    err);
	if (!status) {
		const char *fresh = text_printf(&arena, "%s/compact", path);

		if (mkdir(fresh, 0777) && errno != EEXIST)
			status = state_error(fresh, errno, err);
		else
			status = compact(path, fresh, &arena, err);
		close(writer);
	}
	arena_deinit(&arena);
	return status;
}
