#include "indexer/dump/plain.h"

#include <string.h>

#include "signatures/base/text.h"

/* Enough to tell wide text from narrow. */
#define HEAD_BYTES 512

/* ASCII in 16 bits has a zero in (nearly) every other byte. */
static bool is_wide(struct bytes image, size_t first)
{
	const size_t left = bytes_left(&image);
	const size_t size = left < HEAD_BYTES ? left : HEAD_BYTES;
	size_t zeroes = 0;
	size_t count = 0;

	for (size_t i = first; i < size; i += 2, count++)
		zeroes += image.next[i] == 0;
	return count >= 4 && zeroes * 10 >= count * 7;
}

static struct bytes swapped(struct bytes image, struct arena *arena)
{
	const size_t size = bytes_left(&image) & ~(size_t)1;
	uint8_t *raw = arena_take(arena, size + 1, 1);

	for (size_t i = 0; i < size; i += 2) {
		raw[i] = image.next[i + 1];
		raw[i + 1] = image.next[i];
	}
	return bytes_of(raw, size);
}

const char *plain_decode(struct bytes image, uint64_t limit,
			 struct arena *arena)
{
	static const uint8_t little[] = { 0xff, 0xfe };
	static const uint8_t big[] = { 0xfe, 0xff };
	static const uint8_t utf8[] = { 0xef, 0xbb, 0xbf };
	const size_t size = bytes_left(&image);

	if (size > limit)
		image = bytes_of(image.next, (size_t)limit);
	if (size >= 2 && memcmp(image.next, little, 2) == 0)
		return text_from_utf16(arena, bytes_of(image.next + 2,
						       bytes_left(&image) - 2));
	if (size >= 2 && memcmp(image.next, big, 2) == 0)
		return text_from_utf16(arena,
				       swapped(bytes_of(image.next + 2,
							bytes_left(&image) - 2),
					       arena));
	if (size >= 3 && memcmp(image.next, utf8, 3) == 0)
		return text_from_bytes(arena, bytes_of(image.next + 3,
						       bytes_left(&image) - 3));
	if (is_wide(image, 1))
		return text_from_utf16(arena, image);
	if (is_wide(image, 0))
		return text_from_utf16(arena, swapped(image, arena));
	return text_from_bytes(arena, image);
}
