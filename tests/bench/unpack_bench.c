/*
 * Unpacking alone: every entry of an archive to nowhere, by the reader that a
 * worker has.  What crashindex takes beyond it is what dumps cost.
 *
 *	unpack_bench ARCHIVE...
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/ingest/archive.h"
#include "signatures/base/limits.h"

static void on_beat(void *closure, uint64_t at)
{
	(void)closure;
	(void)at;
}

/* Bytes that came out; reading on is up to err. */
static enum status unpack(struct archive_reader *reader, uint64_t *ret,
			  struct error *err)
{
	struct archive_item item;
	struct bytes piece;
	uint64_t offset;
	bool more;

	for (;;) {
		if (archive_reader_next(reader, &item, &more, err))
			return err->status;
		if (!more)
			return STATUS_OK;
		while (item.is_file && more) {
			piece = bytes_absent();
			if (archive_reader_piece(reader, &piece, &offset, &more,
						 err))
				return err->status;
			*ret += more ? bytes_left(&piece) : 0;
		}
	}
}

static enum status read_archive(const char *path, uint64_t *ret,
				struct error *err)
{
	const struct archive_beat beat = { on_beat, NULL };
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct archive_reader *reader;
	struct stat about;

	if (fd < 0 || fstat(fd, &about))
		return error_set(err, STATUS_IO, "%s: cannot be read", path);

	const struct archive_source source = {
		.fd = fd, .size = (uint64_t)about.st_size
	};

	if (archive_reader_open(&source, LIMIT_ENTRIES, beat, &reader, err))
		return err->status;

	const enum status status = unpack(reader, ret, err);

	archive_reader_close(reader);
	close(fd);
	return status;
}

int main(int argc, char **argv)
{
	uint64_t bytes = 0;
	struct error err;

	for (int i = 1; i < argc; i++)
		if (read_archive(argv[i], &bytes, &err)) {
			fprintf(stderr, "unpack_bench: %s\n", err.text);
			return 2;
		}
	printf("%" PRIu64 "\n", bytes);
	return 0;
}
