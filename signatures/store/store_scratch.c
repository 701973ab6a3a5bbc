#include "signatures/store/store_scratch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "signatures/base/text.h"
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
	return store_open_as(folder, STORE_WRITE, false, true, ret, err);
}

void store_scratch_remove(const char *folder)
{
	static const char *const names[] = { "data.mdb", STORE_WRITER_LOCK,
					     STORE_OPEN_LOCK };
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		unlink(text_printf(&arena, "%s/%s", folder, names[i]));
	rmdir(folder);
	arena_deinit(&arena);
}
