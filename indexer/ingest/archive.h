/*
 * archive.h - the entries of one archive, one after the other: the door to
 * libarchive.
 *
 * Knows nothing of dumps, nesting or limits: see unpack.h.  Formats are told
 * by content: zip, 7z, cab, rar, tar, each tar and each single file also
 * behind gzip, bzip2, xz, lzma, zstd or lz4.
 */
#ifndef INGEST_ARCHIVE_H
#define INGEST_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "indexer/ingest/archive_source.h"
#include "signatures/base/bytes.h"
#include "signatures/base/error.h"

/* Called now and then while bytes are read: the reader is alive, and here. */
struct archive_beat {
	void (*beat)(void *closure, uint64_t at);
	void *closure;
};

struct archive_item {
	const char *path; /* until the next call; may be anything but NULL */
	size_t path_bytes;
	bool is_file; /* not a folder, link or device */
	bool is_bare; /* no archive at all: one file compressed by itself */
	bool is_encrypted;
	bool can_skip; /* passing over it costs nothing */
	bool has_size;
	uint64_t size; /* as the archive states it */
};

struct archive_reader;

/* Bytes enough for archive_is_likely() to see what it needs. */
#define ARCHIVE_CLAIM_BYTES 512

/* Do these first bytes look like an archive or a compressed file? */
bool archive_is_likely(struct bytes head);

/*
 * Load libarchive: opening does so too, but not where files may no longer be
 * opened.
 */
enum status archive_load(struct error *err) MUST_CHECK;

/*
 * source must outlive the reader.  STATUS_UNSUPPORTED when this is no archive
 * we know.  max_entries bounds a zip's directory, which is read at once.
 */
enum status archive_reader_open(const struct archive_source *source,
				uint64_t max_entries, struct archive_beat beat,
				struct archive_reader **ret,
				struct error *err) MUST_CHECK;
void archive_reader_close(struct archive_reader *reader);

/*
 * The next entry, *more false when there is none left.  A failure here or
 * below is of this entry alone unless archive_reader_is_over().
 */
enum status archive_reader_next(struct archive_reader *reader,
				struct archive_item *ret, bool *more,
				struct error *err) MUST_CHECK;

/*
 * The next piece of the entry's data; lies at *offset, behind a hole where
 * that is past what came before.  *more false at the end of the entry, then
 * *offset is its size.
 */
enum status archive_reader_piece(struct archive_reader *reader,
				 struct bytes *ret, uint64_t *offset,
				 bool *more, struct error *err) MUST_CHECK;

/* Pass over what is left of the entry. */
enum status archive_reader_skip(struct archive_reader *reader,
				struct error *err) MUST_CHECK;

/* Nothing more can be read after a failure. */
bool archive_reader_is_over(const struct archive_reader *reader);

/* Is there an archive or a compression at all, once an entry was seen? */
bool archive_reader_is_packed(struct archive_reader *reader);

#endif
