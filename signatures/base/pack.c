#include "signatures/base/pack.h"

#include <string.h>

enum {
	FIRST_BYTES = 256,
	VARINT_BYTES = 10
};

struct pack pack_into(struct arena *arena)
{
	return (struct pack){ .arena = arena };
}

struct bytes pack_done(const struct pack *out)
{
	return bytes_of(out->size ? out->data : (const uint8_t *)"", out->size);
}

void pack_bytes(struct pack *out, const void *data, size_t size)
{
	if (!size)
		return;
	if (size > out->room - out->size) {
		size_t room = out->room ? out->room * 2 : FIRST_BYTES;

		while (room - out->size < size)
			room *= 2;

		uint8_t *grown = arena_take(out->arena, room, 1);

		if (out->size)
			memcpy(grown, out->data, out->size);
		out->data = grown;
		out->room = room;
	}
	memcpy(out->data + out->size, data, size);
	out->size += size;
}

void pack_u8(struct pack *out, uint8_t value)
{
	pack_bytes(out, &value, 1);
}

void pack_u64(struct pack *out, uint64_t value)
{
	uint8_t raw[8];

	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)(value >> 8 * i);
	pack_bytes(out, raw, sizeof(raw));
}

void pack_varint(struct pack *out, uint64_t value)
{
	uint8_t raw[VARINT_BYTES];
	size_t size = 0;

	while (value > 0x7f) {
		raw[size++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	raw[size++] = (uint8_t)value;
	pack_bytes(out, raw, size);
}

void pack_signed(struct pack *out, uint64_t value)
{
	const uint64_t sign = value >> 63 ? UINT64_MAX : 0;

	pack_varint(out, value << 1 ^ sign);
}

void pack_hash(struct pack *out, struct hash128 hash)
{
	pack_u64(out, hash.high);
	pack_u64(out, hash.low);
}

void pack_text(struct pack *out, const char *text)
{
	if (!text) {
		pack_varint(out, 0);
		return;
	}

	size_t size = strnlen(text, PACK_TEXT_BYTES + 1);

	if (size > PACK_TEXT_BYTES) {
		size = PACK_TEXT_BYTES;
		while (size && ((unsigned char)text[size] & 0xc0) == 0x80)
			size--;
	}
	pack_varint(out, size + 1);
	pack_bytes(out, text, size);
}

/* Of more than a byte, or of none. */
static uint64_t take_long_varint(struct bytes *in)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 64; shift += 7) {
		const uint8_t byte = bytes_u8(in);
		const uint64_t part = byte & 0x7f;

		/* The tenth byte has one bit; a last byte of 0 adds none. */
		if ((shift == 63 && byte > 1) || (shift && !byte))
			break;
		value |= part << shift;
		if (!(byte & 0x80))
			return in->failed ? 0 : value;
	}
	in->failed = true;
	return 0;
}

uint64_t pack_take_varint(struct bytes *in)
{
	if (!in->failed && in->next < in->end && *in->next < 0x80)
		return *in->next++;
	return take_long_varint(in);
}

uint64_t pack_take_signed(struct bytes *in)
{
	const uint64_t folded = pack_take_varint(in);

	return folded >> 1 ^ (folded & 1 ? UINT64_MAX : 0);
}

struct hash128 pack_take_hash(struct bytes *in)
{
	struct hash128 hash;

	hash.high = bytes_u64(in);
	hash.low = bytes_u64(in);
	return hash;
}

/* How many bytes the character at text takes; 0 if it is none. */
static size_t character(const unsigned char *text, size_t left)
{
	const unsigned char first = text[0];
	size_t size = 1;

	if (first && first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		size = 2;
	else if (first >= 0xe0 && first <= 0xef)
		size = 3;
	else if (first >= 0xf0 && first <= 0xf4)
		size = 4;
	else
		return 0;
	if (size > left)
		return 0;
	for (size_t i = 1; i < size; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what lies beyond U+10FFFF. */
	if ((first == 0xe0 && text[1] < 0xa0) ||
	    (first == 0xed && text[1] > 0x9f) ||
	    (first == 0xf0 && text[1] < 0x90) ||
	    (first == 0xf4 && text[1] > 0x8f))
		return 0;
	return size;
}

static bool is_text(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		const size_t step =
			character((const unsigned char *)text + at, size - at);

		if (!step)
			return false;
		at += step;
	}
	return true;
}

const char *pack_take_text(struct bytes *in, struct arena *arena)
{
	const uint64_t told = pack_take_varint(in);

	if (!told)
		return NULL;
	if (told - 1 > PACK_TEXT_BYTES || told - 1 > bytes_left(in)) {
		in->failed = true;
		return NULL;
	}

	const size_t size = (size_t)told - 1;
	char *text = arena_take(arena, size + 1, 1);

	bytes_copy(in, text, size);
	if (in->failed || !is_text(text, size)) {
		in->failed = true;
		return NULL;
	}
	return text;
}

size_t pack_take_count(struct bytes *in, size_t limit)
{
	const uint64_t count = pack_take_varint(in);

	if (count > limit || count > bytes_left(in))
		in->failed = true;
	return in->failed ? 0 : (size_t)count;
}

unsigned int pack_take_enum(struct bytes *in, unsigned int end)
{
	const unsigned int value = bytes_u8(in);

	if (value >= end)
		in->failed = true;
	return in->failed ? 0 : value;
}
