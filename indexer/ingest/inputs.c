#include "indexer/ingest/inputs.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/ingest/beside.h"
#include "signatures/base/file.h"
#include "signatures/base/folder.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

/* Deeper folders than this are a loop of mounts. */
#define DEPTH_MAX 128

#define COPY_BYTES (256 * 1024)

/* A folder being walked. */
struct folder {
	char *path;
	struct folder_names names; /* in the order they are read */
	size_t next;
};

struct inputs {
	const char *const *paths;
	size_t path_count;
	size_t path_next;
	const char *spool_dir;
	struct folder folders[DEPTH_MAX];
	size_t depth;
};

/* What is at path as far as it is files, until take says false. */
typedef bool take_file(void *closure, const struct stat *facts);

static bool is_file(const FTSENT *entry, struct stat *ret)
{
	if (entry->fts_info == FTS_F) {
		*ret = *entry->fts_statp;
		return true;
	}
	return entry->fts_info == FTS_SL && !stat(entry->fts_path, ret) &&
	       S_ISREG(ret->st_mode);
}

static bool is_trouble(const FTSENT *entry)
{
	return entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
	       entry->fts_info == FTS_NS || entry->fts_info == FTS_DC ||
	       entry->fts_level > DEPTH_MAX;
}

/* False if take said so, or something cannot be looked at. */
static bool walk_files(const char *path, take_file *take, void *closure)
{
	const int how = FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR;
	char *copy = must(strdup(path));
	char *const walked[] = { copy, NULL };
	FTS *walk = fts_open(walked, how, NULL);
	bool is_well = walk != NULL;
	bool goes_on = is_well;

	while (goes_on) {
		const FTSENT *entry = fts_read(walk);
		struct stat facts;

		if (!entry)
			break;
		is_well &= !is_trouble(entry);
		goes_on = !is_file(entry, &facts) || take(closure, &facts);
	}
	if (walk)
		fts_close(walk);
	free(copy);
	return is_well && goes_on;
}

struct measuring {
	uint64_t *files, *bytes;
};

static bool take_size(void *closure, const struct stat *facts)
{
	const struct measuring *measuring = closure;

	++*measuring->files;
	*measuring->bytes += (uint64_t)facts->st_size;
	return true;
}

void inputs_measure(const char *const *paths, size_t count, uint64_t *files,
		    uint64_t *bytes)
{
	struct measuring measuring = { files, bytes };

	*files = *bytes = 0;
	for (size_t i = 0; i < count; i++)
		walk_files(paths[i], take_size, &measuring);
}

struct inputs *inputs_create(const char *const *paths, size_t count,
			     const char *spool_dir)
{
	struct inputs *inputs = must(calloc(1, sizeof(*inputs)));

	inputs->paths = paths;
	inputs->path_count = count;
	inputs->spool_dir = spool_dir;
	return inputs;
}

static void folder_close(struct folder *folder)
{
	folder_free(&folder->names);
	free(folder->path);
	memset(folder, 0, sizeof(*folder));
}

void inputs_destroy(struct inputs *inputs)
{
	if (!inputs)
		return;
	while (inputs->depth > 0)
		folder_close(&inputs->folders[--inputs->depth]);
	free(inputs);
}

/* Names of files need not be UTF-8, sources are. */
static char *source_of(const char *path)
{
	struct arena arena;

	arena_init(&arena);

	char *source = must(
		strdup(text_from_bytes(&arena, bytes_of(path, strlen(path)))));

	arena_deinit(&arena);
	return source;
}

static char *join(const char *folder, const char *name)
{
	const size_t size = strlen(folder);
	const char *slash = size && folder[size - 1] == '/' ? "" : "/";
	char *path;

	if (asprintf(&path, "%s%s%s", folder, slash, name) < 0)
		must(NULL);
	return path;
}

static int compare_names(const void *a, const void *b)
{
	const char *one = *(char *const *)a;
	const char *two = *(char *const *)b;
	const int order = beside_is_named(two) - beside_is_named(one);

	return order ? order : strcmp(one, two);
}

static enum status folder_open(struct folder *folder, const char *path,
			       struct error *err)
{
	struct folder opened = { .path = NULL };

	if (folder_read(path, &opened.names, err))
		return err->status;
	opened.path = must(strdup(path));
	if (opened.names.count)
		qsort(opened.names.at, opened.names.count,
		      sizeof(*opened.names.at), compare_names);
	*folder = opened;
	return STATUS_OK;
}

/* A pipe cannot be sought in or mapped. */
static enum status copy_stream(const struct inputs *inputs, int *fd,
			       struct error *err)
{
	static char block[COPY_BYTES];
	int copy = -1;
	ssize_t got = 0;

	if (file_unnamed(inputs->spool_dir, &copy, err))
		return err->status;
	for (;;) {
		got = read(*fd, block, sizeof(block));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		if (file_put(copy, block, (size_t)got, err)) {
			close(copy);
			return err->status;
		}
	}
	if (got < 0) {
		error_set(err, STATUS_IO, "%s", strerror(errno));
		close(copy);
		return err->status;
	}
	close(*fd);
	*fd = copy;
	return STATUS_OK;
}

static struct hash128 stamp_of(const struct stat *facts)
{
	const uint64_t stamp[] = {
		(uint64_t)facts->st_dev,
		(uint64_t)facts->st_ino,
		(uint64_t)facts->st_size,
		(uint64_t)facts->st_mtim.tv_sec,
		(uint64_t)facts->st_mtim.tv_nsec,
		(uint64_t)facts->st_ctim.tv_sec,
		(uint64_t)facts->st_ctim.tv_nsec,
	};

	return hash_128(stamp, sizeof(stamp));
}

struct stamping {
	inputs_take_stamp *take;
	void *closure;
};

static bool take_stamp(void *closure, const struct stat *facts)
{
	const struct stamping *stamping = closure;

	return stamping->take(stamping->closure, stamp_of(facts));
}

bool inputs_stamps(const char *path, inputs_take_stamp *take, void *closure)
{
	struct stamping stamping = { take, closure };
	struct stat facts;

	if (!strcmp(path, "-") || stat(path, &facts))
		return false;
	if (S_ISREG(facts.st_mode))
		return take_stamp(&stamping, &facts);
	return S_ISDIR(facts.st_mode) &&
	       walk_files(path, take_stamp, &stamping);
}

static void take_open(const struct inputs *inputs, struct input *ret)
{
	struct stat facts;

	if (!fstat(ret->fd, &facts) && !S_ISREG(facts.st_mode) &&
	    copy_stream(inputs, &ret->fd, &ret->err))
		goto failed;
	if (fstat(ret->fd, &facts)) {
		error_set(&ret->err, STATUS_IO, "%s", strerror(errno));
		goto failed;
	}
	ret->size = (uint64_t)facts.st_size;
	ret->stamp = stamp_of(&facts);
	return;
failed:
	close(ret->fd);
	ret->fd = -1;
}

static void take_path(const struct inputs *inputs, const char *path,
		      struct input *ret)
{
	const bool is_input = ret->is_named && !strcmp(path, "-");

	ret->source = source_of(path);
	if (is_input)
		ret->fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		ret->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (ret->fd < 0)
		error_set(&ret->err, STATUS_IO, "%s", strerror(errno));
	else
		take_open(inputs, ret);
}

/* Go into a folder; false, with ret filled, if that cannot be. */
static bool enter(struct inputs *inputs, const char *path, struct input *ret)
{
	if (inputs->depth == DEPTH_MAX)
		error_set(&ret->err, STATUS_LIMIT, "folders nested too deep");
	else if (!folder_open(&inputs->folders[inputs->depth], path,
			      &ret->err)) {
		inputs->depth++;
		return true;
	}
	ret->source = source_of(path);
	ret->fd = -1;
	return false;
}

/* The next entry of the innermost folder; false if it is nothing to read. */
static bool take_entry(struct inputs *inputs, struct input *ret)
{
	struct folder *folder = &inputs->folders[inputs->depth - 1];
	struct stat facts;
	bool taken = false;

	if (folder->next == folder->names.count) {
		folder_close(folder);
		inputs->depth--;
		return false;
	}

	char *path = join(folder->path, folder->names.at[folder->next++]);

	if (!lstat(path, &facts)) {
		const bool is_link = S_ISLNK(facts.st_mode);

		if (S_ISDIR(facts.st_mode)) {
			taken = !enter(inputs, path, ret);
		} else if ((!is_link || !stat(path, &facts)) &&
			   S_ISREG(facts.st_mode)) {
			take_path(inputs, path, ret);
			taken = true;
		}
	}
	free(path);
	return taken;
}

bool inputs_next(struct inputs *inputs, struct input *ret)
{
	memset(ret, 0, sizeof(*ret));
	for (;;) {
		struct stat facts;

		if (inputs->depth > 0) {
			if (take_entry(inputs, ret))
				return true;
			continue;
		}
		if (inputs->path_next == inputs->path_count)
			return false;

		const char *path = inputs->paths[inputs->path_next++];

		if (strcmp(path, "-") && !stat(path, &facts) &&
		    S_ISDIR(facts.st_mode)) {
			if (enter(inputs, path, ret))
				continue;
			return true;
		}
		ret->is_named = true;
		take_path(inputs, path, ret);
		return true;
	}
}
