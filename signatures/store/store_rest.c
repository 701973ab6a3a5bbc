#include "signatures/store/store_rest.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "signatures/store/state.h"

/* A line of /proc/self/maps. */
struct mapping {
	uintptr_t from, to;
	uint64_t inode;
	unsigned int major, minor;
};

static bool parse(const char *line, struct mapping *ret)
{
	return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*x %x:%x %" SCNu64,
		      &ret->from, &ret->to, &ret->major, &ret->minor,
		      &ret->inode) == 5;
}

static bool is_of(const struct mapping *mapping, const struct stat *file)
{
	return mapping->inode == file->st_ino &&
	       mapping->major == major(file->st_dev) &&
	       mapping->minor == minor(file->st_dev);
}

/* LMDB does not say where its map lies; the system does. */
void store_rest(struct store *store)
{
	char line[512];
	struct stat file;
	mdb_filehandle_t fd;
	FILE *maps;

	if (store->foreign || mdb_env_get_fd(store->env, &fd) ||
	    fstat(fd, &file))
		return;
	maps = fopen("/proc/self/maps", "re");
	if (!maps)
		return;
	while (fgets(line, sizeof(line), maps)) {
		struct mapping mapping;

		if (parse(line, &mapping) && is_of(&mapping, &file))
			(void)madvise((void *)mapping.from,
				      mapping.to - mapping.from, MADV_DONTNEED);
	}
	fclose(maps);
}
