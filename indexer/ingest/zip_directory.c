/*
 * The end of a zip file (PKWARE APPNOTE 6.3, sections 4.3.12 to 4.3.16):
 *
 *   directory, one per entry      end of directory, last 22 bytes + comment
 *   +0   4  "PK\1\2"              +0   4  "PK\5\6"
 *   +28  2  bytes of the name     +12  4  bytes of the directory
 *   +30  2  bytes of extra        +16  4  offset of the directory
 *   +32  2  bytes of comment      +20  2  bytes of comment
 *   +46     name, extra, comment
 *
 * Counts and sizes stated there are only believed as far as they lead to
 * directory entries: what is counted is what libarchive would read.
 */
#include "indexer/ingest/zip_directory.h"

#include <string.h>

#include "signatures/base/bytes.h"

#define ENTRY_BYTES 46
#define END_BYTES 22
#define END64_BYTES 56
#define LOCATOR_BYTES 20
#define COMMENT_MAX 65535
#define WINDOW_BYTES (128 * 1024)

static bool starts(struct bytes part, const char *magic)
{
	return bytes_left(&part) >= 4 && !memcmp(part.next, magic, 4);
}

/* Where the directory starts by a 64-bit end record, if there is one. */
static bool find_64(const struct archive_source *source, uint64_t end_offset,
		    uint64_t *ret)
{
	uint8_t buf[END64_BYTES];

	if (end_offset < LOCATOR_BYTES)
		return false;

	size_t got = archive_source_read(source, end_offset - LOCATOR_BYTES,
					 buf, LOCATOR_BYTES);
	struct bytes in = bytes_of(buf, got);

	if (!starts(in, "PK\6\7"))
		return false;
	bytes_skip(&in, 8);

	const uint64_t record = bytes_u64(&in);

	got = archive_source_read(source, record, buf, END64_BYTES);
	in = bytes_of(buf, got);
	if (!starts(in, "PK\6\6"))
		return false;
	bytes_skip(&in, 48);
	*ret = bytes_u64(&in);
	return !in.failed;
}

/* The directory's offset as stated and as its size before the end implies. */
static bool find_directory(const struct archive_source *source, uint8_t *buf,
			   uint64_t ret[2])
{
	const uint64_t size = source->size;
	const uint64_t tail = END_BYTES + COMMENT_MAX;
	const uint64_t start = size > tail ? size - tail : 0;
	const size_t got =
		archive_source_read(source, start, buf, (size_t)tail);

	for (size_t i = got < END_BYTES ? 0 : got - END_BYTES + 1; i-- > 0;) {
		struct bytes in = bytes_of(buf + i, got - i);

		if (!starts(in, "PK\5\6"))
			continue;
		bytes_skip(&in, 12);

		const uint64_t bytes = bytes_u32(&in);

		ret[0] = bytes_u32(&in);
		ret[1] = start + i >= bytes ? start + i - bytes : ret[0];
		if (find_64(source, start + i, &ret[0]))
			ret[1] = ret[0];
		return true;
	}
	return false;
}

static bool counts_past(const struct archive_source *source, uint64_t offset,
			uint64_t max_entries, uint8_t *buf)
{
	uint64_t count = 0;

	while (count <= max_entries) {
		const size_t got =
			archive_source_read(source, offset, buf, WINDOW_BYTES);
		struct bytes in = bytes_of(buf, got);
		const uint64_t before = count;

		while (bytes_left(&in) >= ENTRY_BYTES && starts(in, "PK\1\2")) {
			bytes_skip(&in, 28);

			uint64_t more = bytes_u16(&in);

			more += bytes_u16(&in);
			more += bytes_u16(&in);
			more += ENTRY_BYTES - 34;
			count++;
			offset += 34 + more;
			if (more > bytes_left(&in))
				break;
			bytes_skip(&in, more);
		}
		if (count == before)
			return false;
	}
	return true;
}

bool zip_directory_exceeds(const struct archive_source *source,
			   uint64_t max_entries)
{
	uint8_t buf[WINDOW_BYTES];
	uint64_t offsets[2];

	if (source->size / ENTRY_BYTES <= max_entries)
		return false;
	if (!find_directory(source, buf, offsets))
		return false;
	return counts_past(source, offsets[0], max_entries, buf) ||
	       (offsets[1] != offsets[0] &&
		counts_past(source, offsets[1], max_entries, buf));
}
