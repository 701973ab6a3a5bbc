#include "indexer/ingest/archive_source.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

size_t archive_source_read(const struct archive_source *source, uint64_t offset,
			   uint8_t *buf, size_t size)
{
	size_t got = 0;

	if (offset >= source->size)
		return 0;
	if (size > source->size - offset)
		size = (size_t)(source->size - offset);
	if (source->memory) {
		memcpy(buf, source->memory + offset, size);
		return size;
	}
	while (got < size) {
		const ssize_t n = pread(source->fd, buf + got, size - got,
					(off_t)(source->offset + offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}
