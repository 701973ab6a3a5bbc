#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/text.h"
#include "signatures/store/state.h"
#include "signatures/store/store_admin.h"

static enum status copy(struct store *store, const char *to, struct error *err)
{
	int rc;

	if (mkdir(to, 0777) && errno != EEXIST)
		return state_error(to, errno, err);
	rc = mdb_env_copy2(store->env, to, MDB_CP_COMPACT);
	return rc ? state_error(to, rc, err) : STATUS_OK;
}

enum status store_backup(const char *path, const char *to, struct error *err)
{
	struct store *store;
	enum status status;

	if (store_open(path, STORE_READ, &store, err))
		return err->status;
	status = store_begin(store, err);
	if (!status)
		status = copy(store, to, err);
	if (!status)
		status = store_check(store, err);
	store_close(store);
	return status;
}
