#include "signatures/base/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <xxhash.h>

#include "signatures/base/hash_wide.h"
#include "signatures/base/must.h"

/* Short ones are hashed in another way, which is the same for all. */
#define WIDE_BYTES 1024

static bool is_wide(size_t size)
{
	return size >= WIDE_BYTES && hash_wide_is_there();
}

uint64_t hash_64(const void *data, size_t size)
{
	return XXH3_64bits(data, size);
}

struct hash128 hash_128(const void *data, size_t size)
{
	if (is_wide(size))
		return hash_wide_128(data, size);

	const XXH128_hash_t hash = XXH3_128bits(data, size);

	return (struct hash128){ hash.high64, hash.low64 };
}

uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint8_t bytes[16];

	for (size_t i = 0; i < 8; i++) {
		bytes[i] = (uint8_t)(a >> (8 * i));
		bytes[8 + i] = (uint8_t)(b >> (8 * i));
	}
	return XXH3_64bits(bytes, sizeof(bytes));
}

bool hash_128_equal(struct hash128 a, struct hash128 b)
{
	return a.high == b.high && a.low == b.low;
}

int hash_128_compare(const void *left, const void *right)
{
	const struct hash128 *a = left;
	const struct hash128 *b = right;

	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

void hash_128_text(struct hash128 hash, char text[33])
{
	snprintf(text, 33, "%016llx%016llx", (unsigned long long)hash.high,
		 (unsigned long long)hash.low);
}

bool hash_128_parse(const char *text, struct hash128 *ret)
{
	uint64_t half[2] = { 0, 0 };

	for (size_t i = 0; i < 32; i++) {
		const char c = text[i];
		unsigned digit;

		if (c >= '0' && c <= '9')
			digit = (unsigned)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (unsigned)((c | 0x20) - 'a' + 10);
		else
			return false;
		half[i / 16] = half[i / 16] << 4 | digit;
	}
	if (text[32] != '\0')
		return false;
	*ret = (struct hash128){ half[0], half[1] };
	return true;
}

struct hash_stream {
	XXH3_state_t *state;
};

struct hash_stream *hash_stream_create(void)
{
	struct hash_stream *stream = must(malloc(sizeof(*stream)));

	stream->state = XXH3_createState();
	if (!stream->state)
		must_end();
	hash_stream_reset(stream);
	return stream;
}

void hash_stream_destroy(struct hash_stream *stream)
{
	if (!stream)
		return;
	XXH3_freeState(stream->state);
	free(stream);
}

void hash_stream_reset(struct hash_stream *stream)
{
	XXH3_128bits_reset(stream->state);
}

void hash_stream_add(struct hash_stream *stream, const void *data, size_t size)
{
	if (is_wide(size))
		hash_wide_add(stream->state, data, size);
	else
		XXH3_128bits_update(stream->state, data, size);
}

struct hash128 hash_stream_128(const struct hash_stream *stream)
{
	const XXH128_hash_t hash = XXH3_128bits_digest(stream->state);

	return (struct hash128){ hash.high64, hash.low64 };
}
