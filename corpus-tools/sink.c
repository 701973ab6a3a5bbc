#include "corpus-tools/sink.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "corpus-tools/write_tar.h"
#include "signatures/base/file.h"

static bool ends_with(const char *text, const char *end)
{
	const size_t length = strlen(text);
	const size_t tail = strlen(end);

	return length >= tail && !strcmp(text + length - tail, end);
}

static bool is_folder(const char *path)
{
	struct stat info;

	return ends_with(path, "/") ||
	       (!stat(path, &info) && S_ISDIR(info.st_mode));
}

enum status sink_open(const char *path, bool many, struct sink *ret,
		      struct error *err)
{
	static const char *const others[] = { ".zip", ".7z", ".gz",
					      ".cab", ".xz", ".zst" };
	struct sink sink = { .path = path };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (ends_with(path, others[i]))
			return error_set(err, STATUS_USAGE,
					 "%s: write a .tar or a folder, and "
					 "compress that",
					 path);
	if (!strcmp(path, "-")) {
		sink.is_tar = many;
	} else if (ends_with(path, ".tar")) {
		sink.is_tar = true;
	} else if (many || is_folder(path)) {
		if (mkdir(path, 0777) && errno != EEXIST)
			return error_set(err, STATUS_IO, "%s: %s", path,
					 strerror(errno));
		sink.folder = true;
	}
	*ret = sink;
	return STATUS_OK;
}

static enum status open_tar(struct sink *sink, struct error *err)
{
	if (sink->tar)
		return STATUS_OK;
	sink->tar = strcmp(sink->path, "-") ? fopen(sink->path, "wb") : stdout;
	if (!sink->tar)
		return error_set(err, STATUS_IO, "%s: %s", sink->path,
				 strerror(errno));
	return STATUS_OK;
}

enum status sink_put(struct sink *sink, const char *name,
		     const struct buffer *image, uint64_t unix_time,
		     struct error *err)
{
	char path[4096];

	if (sink->is_tar && open_tar(sink, err))
		return err->status;
	if (sink->is_tar)
		return write_tar_entry(sink->tar, name, image, unix_time, err);
	if (!strcmp(sink->path, "-")) {
		if (fwrite(image->data, 1, image->size, stdout) == image->size)
			return STATUS_OK;
		return error_set(err, STATUS_IO, "standard output: %s",
				 strerror(errno));
	}
	if (!sink->folder)
		return file_write(sink->path, image->data, image->size, err);
	if (snprintf(path, sizeof(path), "%s/%s", sink->path, name) >=
	    (int)sizeof(path))
		return error_set(err, STATUS_LIMIT, "%s: name too long", name);
	return file_write(path, image->data, image->size, err);
}

enum status sink_close(struct sink *sink, struct error *err)
{
	enum status status = STATUS_OK;

	if (sink->is_tar)
		status = open_tar(sink, err);
	if (sink->tar)
		status = write_tar_end(sink->tar, err);
	if (sink->tar && sink->tar != stdout && fclose(sink->tar) && !status)
		status = error_set(err, STATUS_IO, "%s: %s", sink->path,
				   strerror(errno));
	if (fflush(stdout) && !status)
		status = error_set(err, STATUS_IO, "standard output: %s",
				   strerror(errno));
	return status;
}
