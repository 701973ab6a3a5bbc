/*
 * archive_source.h - where an archive's bytes are.
 */
#ifndef INGEST_ARCHIVE_SOURCE_H
#define INGEST_ARCHIVE_SOURCE_H

#include <stddef.h>
#include <stdint.h>

/* In memory, or in a part of an open file. */
struct archive_source {
	const uint8_t *memory; /* NULL: in the file */
	int fd;
	uint64_t offset; /* of the file */
	uint64_t size;
};

/* Fill buf from offset on; how much was there. */
size_t archive_source_read(const struct archive_source *source, uint64_t offset,
			   uint8_t *buf, size_t size);

#endif
