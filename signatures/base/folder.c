#include "signatures/base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"

#define FIRST_ROOM 64

void folder_free(struct folder_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i]);
	free(names->at);
	*names = (struct folder_names){ NULL, 0 };
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The end of a folder and a failure differ in errno alone. */
static enum status take_names(DIR *dir, struct folder_names *names,
			      struct error *err)
{
	size_t room = 0;

	for (;;) {
		errno = 0;

		const struct dirent *entry = readdir(dir);

		if (!entry)
			return errno ? error_set(err, STATUS_IO, "%s",
						 strerror(errno))
				     : STATUS_OK;
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (names->count == room) {
			room = room ? 2 * room : FIRST_ROOM;
			names->at = must(reallocarray(names->at, room,
						      sizeof(*names->at)));
		}
		names->at[names->count++] = must(strdup(entry->d_name));
	}
}

enum status folder_read(const char *path, struct folder_names *ret,
			struct error *err)
{
	struct folder_names names = { NULL, 0 };
	DIR *dir = opendir(path);
	enum status status;

	if (!dir)
		return error_set(err, STATUS_IO, "%s", strerror(errno));
	status = take_names(dir, &names, err);
	closedir(dir);
	if (status) {
		folder_free(&names);
		return status;
	}
	if (names.count)
		qsort(names.at, names.count, sizeof(*names.at), by_bytes);
	*ret = names;
	return STATUS_OK;
}
