#include "indexer/ingest/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "indexer/ingest/inflate.h"
#include "indexer/ingest/zip_directory.h"
#include "signatures/base/library.h"

#define BLOCK_BYTES (256 * 1024)

/* An entry that asks for more retries than this is broken. */
#define RETRIES 16

/* What we call, by archive.h's own types; see library.h. */
#define LIBRARY "libarchive.so.13"
#define CALLS(X)                                                               \
	X(archive_entry_filetype)                                              \
	X(archive_entry_hardlink)                                              \
	X(archive_entry_is_encrypted)                                          \
	X(archive_entry_pathname)                                              \
	X(archive_entry_pathname_utf8)                                         \
	X(archive_entry_size)                                                  \
	X(archive_entry_size_is_set)                                           \
	X(archive_errno)                                                       \
	X(archive_error_string)                                                \
	X(archive_filter_count)                                                \
	X(archive_format)                                                      \
	X(archive_read_data_block)                                             \
	X(archive_read_data_skip)                                              \
	X(archive_read_free)                                                   \
	X(archive_read_new)                                                    \
	X(archive_read_next_header)                                            \
	X(archive_read_open1)                                                  \
	X(archive_read_set_callback_data)                                      \
	X(archive_read_set_read_callback)                                      \
	X(archive_read_set_seek_callback)                                      \
	X(archive_read_set_skip_callback)                                      \
	X(archive_read_support_filter_bzip2)                                   \
	X(archive_read_support_filter_gzip)                                    \
	X(archive_read_support_filter_lz4)                                     \
	X(archive_read_support_filter_lzma)                                    \
	X(archive_read_support_filter_xz)                                      \
	X(archive_read_support_filter_zstd)                                    \
	X(archive_read_support_format_7zip)                                    \
	X(archive_read_support_format_cab)                                     \
	X(archive_read_support_format_empty)                                   \
	X(archive_read_support_format_rar)                                     \
	X(archive_read_support_format_rar5)                                    \
	X(archive_read_support_format_raw)                                     \
	X(archive_read_support_format_tar)                                     \
	X(archive_read_support_format_zip)                                     \
	X(archive_set_error)

#define POINTER(name) __typeof__(name) *name;
#define SYMBOL(name) { #name, &la.name },

static struct {
	CALLS(POINTER)
} la;

static const struct library_symbol symbols[] = { CALLS(SYMBOL) };

struct archive_reader {
	struct archive *archive;
	const struct archive_source *source;
	struct archive_beat beat;
	uint64_t at; /* in the source */
	bool is_over;
	bool is_dry; /* asked for bytes behind the source's last one */
	int failed;  /* errno of the input, which libarchive may pass over */
	bool is_tar;
	bool has_size;
	uint64_t size; /* of the entry, as stated */
	uint64_t seen; /* of the entry */
	uint8_t block[BLOCK_BYTES];
};

static la_ssize_t read_block(struct archive *archive, void *closure,
			     const void **ret)
{
	struct archive_reader *reader = closure;
	const struct archive_source *source = reader->source;
	const uint64_t left = source->size - reader->at;
	const size_t size = left < BLOCK_BYTES ? (size_t)left : BLOCK_BYTES;

	reader->beat.beat(reader->beat.closure, reader->at);
	if (!left)
		reader->is_dry = true;
	if (source->memory) {
		*ret = source->memory + reader->at;
		reader->at += size;
		return (la_ssize_t)size;
	}

	ssize_t got;

	do
		got = pread(source->fd, reader->block, size,
			    (off_t)(source->offset + reader->at));
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		reader->failed = errno;
		la.archive_set_error(archive, errno, "input: %s",
				     strerror(errno));
		return -1;
	}
	*ret = reader->block;
	reader->at += (uint64_t)got;
	return got;
}

static la_int64_t skip_block(struct archive *archive, void *closure,
			     la_int64_t wanted)
{
	struct archive_reader *reader = closure;
	const uint64_t left = reader->source->size - reader->at;

	(void)archive;
	if (wanted <= 0)
		return 0;

	const uint64_t size = (uint64_t)wanted < left ? (uint64_t)wanted : left;

	reader->at += size;
	return (la_int64_t)size;
}

static la_int64_t seek_block(struct archive *archive, void *closure,
			     la_int64_t offset, int whence)
{
	struct archive_reader *reader = closure;
	const int64_t size = (int64_t)reader->source->size;
	int64_t from = 0;

	(void)archive;
	if (whence == SEEK_CUR)
		from = (int64_t)reader->at;
	if (whence == SEEK_END)
		from = size;
	if (offset > size - from || offset < -from) {
		reader->is_dry = true;
		return ARCHIVE_FATAL;
	}
	reader->is_dry = false;
	reader->at = (uint64_t)(from + offset);
	return (la_int64_t)reader->at;
}

static bool says(const char *text, const char *word)
{
	return strcasestr(text, word) != NULL;
}

/* libarchive has words where we need a reason: see its format readers. */
static enum status reason_of(struct archive *archive, const char *text)
{
	const int number = la.archive_errno(archive);

	if (number == ENOMEM || says(text, "allocate") || says(text, "memory"))
		return STATUS_LIMIT;
	if (number == EIO)
		return STATUS_IO;
	if (says(text, "encrypt") || says(text, "passphrase") ||
	    says(text, "codec not supported") || says(text, "password"))
		return STATUS_ENCRYPTED;
	if (says(text, "truncated") || says(text, "unexpected end") ||
	    says(text, "premature") || says(text, "end-of-file") ||
	    says(text, "end of file"))
		return STATUS_TRUNCATED;
	if (says(text, "unrecognized archive"))
		return STATUS_UNSUPPORTED;
	if (says(text, "unsupported") || says(text, "not supported"))
		return STATUS_UNSUPPORTED;
	return STATUS_CORRUPT;
}

/* What cannot be read may look like anything, or like an end. */
static enum status check_input(struct archive_reader *reader, struct error *err)
{
	if (!reader->failed)
		return STATUS_OK;
	reader->is_over = true;
	return error_set(err, STATUS_IO, "input: %s", strerror(reader->failed));
}

/*
 * A 7z says at its front where its end is, and libarchive has no words for one
 * that does not reach so far.  "7z" and its version take 8 bytes, a checksum 4;
 * then come where the last header begins, counted from byte 32, and its size
 * (7zFormat.txt, "SignatureHeader").
 */
static bool is_cut_7z(const struct archive_source *source)
{
	uint8_t head[32];
	const size_t got = archive_source_read(source, 0, head, sizeof(head));
	struct bytes in = bytes_of(head, got);

	if (got < sizeof(head) || memcmp(head, "7z\xbc\xaf\x27\x1c", 6))
		return false;
	bytes_skip(&in, 12);

	const uint64_t behind = source->size - sizeof(head);
	const uint64_t begin = bytes_u64(&in);
	const uint64_t size = bytes_u64(&in);

	return begin > behind || size > behind - begin;
}

static enum status failed(struct archive_reader *reader, int code,
			  struct error *err)
{
	const char *text = la.archive_error_string(reader->archive);

	if (code == ARCHIVE_FATAL)
		reader->is_over = true;
	if (check_input(reader, err))
		return err->status;
	if (!text)
		text = "damaged archive";

	const enum status status = reason_of(reader->archive, text);

	if (status == STATUS_CORRUPT &&
	    (reader->is_dry || is_cut_7z(reader->source)))
		return error_set(err, STATUS_TRUNCATED, "cut short: %s", text);
	return error_set(err, status, "%s", text);
}

bool archive_is_likely(struct bytes head)
{
	static const struct {
		size_t offset;
		size_t size;
		const char *magic;
	} marks[] = {
		{ 0, 4, "PK\3\4" },
		{ 0, 4, "PK\5\6" },
		{ 0, 4, "PK00" },
		{ 0, 6, "7z\xbc\xaf\x27\x1c" },
		{ 0, 4, "MSCF" },
		{ 0, 6, "Rar!\x1a\x07" },
		{ 0, 3, "\x1f\x8b\x08" },
		{ 0, 3, "BZh" },
		{ 0, 6, "\xfd\x37zXZ\0" },
		{ 0, 4, "\x28\xb5\x2f\xfd" },
		{ 0, 4, "\x04\x22\x4d\x18" },
		{ 0, 4, "\x02\x21\x4c\x18" },
		{ 0, 5, "\x5d\0\0\x80\0" },
		{ 257, 5, "ustar" },
	};
	const size_t left = bytes_left(&head);

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (left < marks[i].offset + marks[i].size)
			continue;
		if (!memcmp(head.next + marks[i].offset, marks[i].magic,
			    marks[i].size))
			return true;
	}
	return false;
}

static void know_formats(struct archive *archive)
{
	la.archive_read_support_filter_gzip(archive);
	la.archive_read_support_filter_bzip2(archive);
	la.archive_read_support_filter_xz(archive);
	la.archive_read_support_filter_lzma(archive);
	la.archive_read_support_filter_zstd(archive);
	la.archive_read_support_filter_lz4(archive);
	la.archive_read_support_format_zip(archive);
	la.archive_read_support_format_7zip(archive);
	la.archive_read_support_format_cab(archive);
	la.archive_read_support_format_rar(archive);
	la.archive_read_support_format_rar5(archive);
	la.archive_read_support_format_tar(archive);
	la.archive_read_support_format_empty(archive);
	la.archive_read_support_format_raw(archive);
}

enum status archive_load(struct error *err)
{
	const size_t count = sizeof(symbols) / sizeof(symbols[0]);

	if (la.archive_read_new)
		return STATUS_OK;
	if (inflate_load(err))
		return err->status;
	return library_load(LIBRARY, symbols, count, err);
}

enum status archive_reader_open(const struct archive_source *source,
				uint64_t max_entries, struct archive_beat beat,
				struct archive_reader **ret, struct error *err)
{
	if (archive_load(err))
		return err->status;
	if (zip_directory_exceeds(source, max_entries))
		return error_set(err, STATUS_LIMIT, "more than %llu entries",
				 (unsigned long long)max_entries);

	struct archive_reader *reader = malloc(sizeof(*reader));

	if (!reader)
		return error_set(err, STATUS_LIMIT, "out of memory");
	memset(reader, 0, offsetof(struct archive_reader, block));
	reader->source = source;
	reader->beat = beat;
	reader->archive = la.archive_read_new();
	if (!reader->archive) {
		free(reader);
		return error_set(err, STATUS_LIMIT, "out of memory");
	}
	know_formats(reader->archive);
	la.archive_read_set_read_callback(reader->archive, read_block);
	la.archive_read_set_skip_callback(reader->archive, skip_block);
	la.archive_read_set_seek_callback(reader->archive, seek_block);
	la.archive_read_set_callback_data(reader->archive, reader);

	const int code = la.archive_read_open1(reader->archive);

	if (code < ARCHIVE_WARN || reader->failed) {
		const enum status status = failed(reader, code, err);

		archive_reader_close(reader);
		return status;
	}
	*ret = reader;
	return STATUS_OK;
}

void archive_reader_close(struct archive_reader *reader)
{
	if (!reader)
		return;
	la.archive_read_free(reader->archive);
	free(reader);
}

bool archive_reader_is_packed(struct archive_reader *reader)
{
	const int format = la.archive_format(reader->archive);

	if (la.archive_filter_count(reader->archive) > 1)
		return true;
	return format && format != ARCHIVE_FORMAT_RAW &&
	       format != ARCHIVE_FORMAT_EMPTY;
}

static void describe(struct archive_reader *reader, struct archive_entry *entry,
		     struct archive_item *ret)
{
	const int format = la.archive_format(reader->archive);
	const int base = format & ARCHIVE_FORMAT_BASE_MASK;
	const char *path = la.archive_entry_pathname_utf8(entry);
	const int64_t size = la.archive_entry_size(entry);

	if (!path)
		path = la.archive_entry_pathname(entry);
	while (path && path[0] == '.' && path[1] == '/')
		path += 2;
	reader->is_tar = base == ARCHIVE_FORMAT_TAR;
	reader->has_size = la.archive_entry_size_is_set(entry) && size >= 0;
	reader->size = reader->has_size ? (uint64_t)size : 0;
	reader->seen = 0;
	ret->path = path ? path : "";
	ret->path_bytes = strlen(ret->path);
	ret->is_bare = base == ARCHIVE_FORMAT_RAW;
	ret->is_file =
		ret->is_bare || la.archive_entry_filetype(entry) == AE_IFREG;
	/* A hard link of a tar carries no data of its own. */
	if (la.archive_entry_hardlink(entry))
		ret->is_file = false;
	ret->is_encrypted = la.archive_entry_is_encrypted(entry);
	ret->can_skip = base == ARCHIVE_FORMAT_ZIP && reader->has_size;
	ret->has_size = reader->has_size && !ret->is_bare;
	ret->size = reader->size;
}

enum status archive_reader_next(struct archive_reader *reader,
				struct archive_item *ret, bool *more,
				struct error *err)
{
	struct archive_entry *entry;
	int code = ARCHIVE_RETRY;

	for (int i = 0; i < RETRIES && code == ARCHIVE_RETRY; i++)
		code = la.archive_read_next_header(reader->archive, &entry);
	if (check_input(reader, err))
		return err->status;
	if (code == ARCHIVE_EOF) {
		*more = false;
		return STATUS_OK;
	}
	if (code < ARCHIVE_WARN) {
		/* No entry to speak of, and no way to come past it. */
		reader->is_over = true;
		return failed(reader, code, err);
	}
	describe(reader, entry, ret);
	*more = true;
	return STATUS_OK;
}

enum status archive_reader_piece(struct archive_reader *reader,
				 struct bytes *ret, uint64_t *offset,
				 bool *more, struct error *err)
{
	const void *data = NULL;
	size_t size = 0;
	la_int64_t at = 0;
	int code = ARCHIVE_RETRY;

	for (int i = 0; i < RETRIES && code == ARCHIVE_RETRY; i++)
		code = la.archive_read_data_block(reader->archive, &data, &size,
						  &at);
	if (code != ARCHIVE_OK && code != ARCHIVE_EOF)
		return failed(reader, code, err);
	if (check_input(reader, err))
		return err->status;
	if (code == ARCHIVE_EOF) {
		/* A sparse file may end in a hole. */
		*offset = reader->seen;
		if (reader->is_tar && reader->size > reader->seen)
			*offset = reader->size;
		*more = false;
		return STATUS_OK;
	}
	if (at < 0 || (uint64_t)at < reader->seen)
		return error_set(err, STATUS_CORRUPT, "data runs backwards");
	*ret = bytes_of(data, size);
	*offset = (uint64_t)at;
	reader->seen = (uint64_t)at + size;
	*more = true;
	return STATUS_OK;
}

enum status archive_reader_skip(struct archive_reader *reader,
				struct error *err)
{
	const int code = la.archive_read_data_skip(reader->archive);

	if (code < ARCHIVE_WARN)
		return failed(reader, code, err);
	return check_input(reader, err);
}

bool archive_reader_is_over(const struct archive_reader *reader)
{
	return reader->is_over;
}
