#include "indexer/ingest/quarantine.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/file.h"
#include "signatures/base/limits.h"
#include "signatures/base/must.h"

#define PART_NAME ".part.XXXXXX" /* another run may keep things there too */
#define BLOCK_BYTES (256 * 1024)

struct quarantine {
	char *dir;
	int fd;	    /* of the part being added */
	char *part; /* its path */
	uint64_t size;
	struct hash_stream *stream;
};

/* Caller frees. */
static char *path_in(const struct quarantine *quarantine, const char *name,
		     const char *end)
{
	char *path;

	if (asprintf(&path, "%s/%s%s", quarantine->dir, name, end) < 0)
		must_end();
	return path;
}

static enum status failed(const struct quarantine *quarantine,
			  struct error *err)
{
	return error_set(err, STATUS_IO, "%s: %s", quarantine->dir,
			 strerror(errno));
}

enum status quarantine_open(const char *dir, struct quarantine **ret,
			    struct error *err)
{
	struct quarantine *quarantine = must(calloc(1, sizeof(*quarantine)));

	quarantine->fd = -1;
	quarantine->dir = must(strdup(dir));
	quarantine->stream = hash_stream_create();
	if (mkdir(dir, 0700) && errno != EEXIST) {
		failed(quarantine, err);
		quarantine_close(quarantine);
		return err->status;
	}
	*ret = quarantine;
	return STATUS_OK;
}

void quarantine_close(struct quarantine *quarantine)
{
	if (!quarantine)
		return;
	if (quarantine->fd >= 0) {
		close(quarantine->fd);
		unlink(quarantine->part);
	}
	hash_stream_destroy(quarantine->stream);
	free(quarantine->part);
	free(quarantine->dir);
	free(quarantine);
}

static enum status start(struct quarantine *quarantine, struct error *err)
{
	if (quarantine->fd < 0) {
		free(quarantine->part);
		quarantine->part = path_in(quarantine, PART_NAME, "");
		quarantine->fd = mkostemp(quarantine->part, O_CLOEXEC);
		if (quarantine->fd < 0)
			return failed(quarantine, err);
	}
	quarantine->size = 0;
	hash_stream_reset(quarantine->stream);
	if (ftruncate(quarantine->fd, 0))
		return failed(quarantine, err);
	return STATUS_OK;
}

enum status quarantine_add(struct quarantine *quarantine, uint64_t offset,
			   struct bytes data, struct error *err)
{
	size_t left = bytes_left(&data);
	const uint8_t *next = data.next;

	if (offset == 0 && start(quarantine, err))
		return err->status;
	/* A worker that skips around is not to be believed. */
	if (quarantine->fd < 0 || offset != quarantine->size)
		return STATUS_OK;
	hash_stream_add(quarantine->stream, next, left);
	while (left > 0) {
		const ssize_t n = pwrite(quarantine->fd, next, left,
					 (off_t)quarantine->size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(quarantine, err);
		next += n;
		left -= (size_t)n;
		quarantine->size += (uint64_t)n;
	}
	return STATUS_OK;
}

enum status quarantine_add_file(struct quarantine *quarantine, int fd,
				struct error *err)
{
	static uint8_t block[BLOCK_BYTES];
	uint64_t at = 0;

	if (start(quarantine, err))
		return err->status;
	while (at < LIMIT_QUARANTINE_BYTES) {
		const ssize_t got = pread(fd, block, sizeof(block), (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(quarantine, err);
		if (got == 0)
			break;
		if (quarantine_add(quarantine, at, bytes_of(block, (size_t)got),
				   err))
			return err->status;
		at += (uint64_t)got;
	}
	return STATUS_OK;
}

enum status quarantine_keep(struct quarantine *quarantine, const char *source,
			    enum status why, const char *text,
			    struct error *err)
{
	char name[33];

	if (quarantine->fd < 0)
		return STATUS_OK;
	hash_128_text(hash_stream_128(quarantine->stream), name);

	char *kept = path_in(quarantine, name, ".bin");
	char *note = path_in(quarantine, name, ".txt");
	char *words = NULL;
	const int size =
		asprintf(&words,
			 "source: %s\nreason: %s\ntext: %s\n"
			 "bytes: %" PRIu64 "\n",
			 source, error_name(why), text, quarantine->size);
	enum status status = STATUS_OK;

	close(quarantine->fd);
	quarantine->fd = -1;
	if (rename(quarantine->part, kept))
		status = failed(quarantine, err);
	else if (size > 0)
		status = file_write(note, words, (size_t)size, err);
	free(words);
	free(note);
	free(kept);
	return status;
}
