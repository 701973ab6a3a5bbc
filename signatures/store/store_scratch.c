#include "signatures/store/store_scratch.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"

enum status store_scratch_make(const char *dir, struct arena *arena,
			       const char **ret, struct error *err)
{
	char *folder = text_printf(arena, "%s/scratch-XXXXXX", dir);

	if (!mkdtemp(folder))
		return error_set(err, STATUS_IO, "%s: %s", dir,
				 strerror(errno));
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
