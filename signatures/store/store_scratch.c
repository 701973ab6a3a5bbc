#include "signatures/store/store_scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "signatures/base/folder.h"
#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"

#define NAME "scratch-"

/* In each of them, and locked for as long as whoever made it lives. */
#define MARK "scratch.lock"

/* Of one that was killed nobody else would know that it is not needed. */
static void remove_if_left(const char *folder, struct arena *arena)
{
	const char *mark = text_printf(arena, "%s/" MARK, folder);
	const int fd = open(mark, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		store_scratch_remove(folder);
	close(fd);
}

static void remove_left(const char *dir, struct arena *arena)
{
	struct folder_names names;
	struct error err;

	if (folder_read(dir, &names, &err))
		return;
	for (size_t i = 0; i < names.count; i++)
		if (!strncmp(names.at[i], NAME, strlen(NAME)))
			remove_if_left(
				text_printf(arena, "%s/%s", dir, names.at[i]),
				arena);
	folder_free(&names);
}

/* The lock goes with the process. */
static bool mark(const char *folder, struct arena *arena)
{
	const int fd = open(text_printf(arena, "%s/" MARK, folder),
			    O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	return fd >= 0 && !flock(fd, LOCK_EX);
}

enum status store_scratch_make(const char *dir, struct arena *arena,
			       const char **ret, struct error *err)
{
	char *folder = text_printf(arena, "%s/" NAME "XXXXXX", dir);

	remove_left(dir, arena);
	if (!mkdtemp(folder))
		return error_set(err, STATUS_IO, "%s: %s", dir,
				 strerror(errno));
	if (!mark(folder, arena)) {
		error_set(err, STATUS_IO, "%s: %s", folder, strerror(errno));
		store_scratch_remove(folder);
		return err->status;
	}
	*ret = folder;
	return STATUS_OK;
}

enum status store_scratch_open(const char *folder, struct store **ret,
			       struct error *err)
{
	return store_open_as(folder, STORE_WRITE, true, ret, err);
}

enum status store_scratch_fit(struct store *scratch, const struct store *store,
			      struct error *err)
{
	MDB_envinfo info;
	int rc = mdb_env_info(store->env, &info);

	if (!rc)
		rc = mdb_env_set_mapsize(scratch->env, info.me_mapsize);
	return rc ? state_error(scratch->path, rc, err) : STATUS_OK;
}

/* Whatever came to lie beside the store goes with it. */
void store_scratch_remove(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	if (!dir)
		return;
	for (entry = readdir(dir); entry; entry = readdir(dir))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	rmdir(folder);
}
