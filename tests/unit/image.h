/*
 * image.h - images of dead machines, put together byte by byte, for the tests
 * of indexer/dump/.  Offsets are written out in the tests and not taken from
 * the readers, so that a wrong one cannot agree with itself.
 */
#ifndef TESTS_UNIT_IMAGE_H
#define TESTS_UNIT_IMAGE_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "indexer/dump/dump.h"

#define IMAGE_ROOM (256 * 1024)

struct image {
	uint8_t bytes[IMAGE_ROOM];
	size_t size; /* grows with what is put */
};

static inline void image_clear(struct image *image)
{
	memset(image, 0, sizeof(*image));
}

static inline void image_put(struct image *image, size_t at, const void *data,
			     size_t size)
{
	assert(at + size <= IMAGE_ROOM);
	memcpy(image->bytes + at, data, size);
	if (image->size < at + size)
		image->size = at + size;
}

static inline void image_number(struct image *image, size_t at, uint64_t value,
				size_t width)
{
	uint8_t raw[8];

	for (size_t i = 0; i < width; i++)
		raw[i] = (uint8_t)(value >> 8 * i);
	image_put(image, at, raw, width);
}

static inline void image_u8(struct image *image, size_t at, uint8_t value)
{
	image_number(image, at, value, 1);
}

static inline void image_u16(struct image *image, size_t at, uint16_t value)
{
	image_number(image, at, value, 2);
}

static inline void image_u32(struct image *image, size_t at, uint32_t value)
{
	image_number(image, at, value, 4);
}

static inline void image_u64(struct image *image, size_t at, uint64_t value)
{
	image_number(image, at, value, 8);
}

static inline void image_text(struct image *image, size_t at, const char *text)
{
	image_put(image, at, text, strlen(text));
}

static inline void image_utf16(struct image *image, size_t at, const char *text)
{
	for (; *text; text++, at += 2)
		image_u16(image, at, (uint8_t)*text);
}

/* size bytes of the text "PAGE", as a dump's writer leaves what it skips. */
static inline void image_fill(struct image *image, size_t at, size_t size)
{
	for (size_t i = 0; i < size; i++)
		image_u8(image, at + i, (uint8_t) "PAGE"[(at + i) % 4]);
}

/* A 64-bit header with nothing set but what every dump has. */
static inline void image_header64(struct image *image, uint32_t type)
{
	image_clear(image);
	image_fill(image, 0, 0x2000);
	image_text(image, 4, "DU64");
	image_u32(image, 8, 15);
	image_u32(image, 0xc, 19041);
	image_u64(image, 0x10, 0x1ad002);
	image_u32(image, 0x30, 0x8664);
	image_u32(image, 0x34, 4);
	image_u32(image, 0x38, 0xd1);
	for (size_t i = 0; i < 4; i++)
		image_u64(image, 0x40 + 8 * i, 0x100 + i);
	image_u32(image, 0xf98, type);
	image_u64(image, 0xfa8, 133000000000000000);
}

static inline void image_header32(struct image *image, uint32_t type)
{
	image_clear(image);
	image_fill(image, 0, 0x1000);
	image_text(image, 4, "DUMP");
	image_u32(image, 8, 15);
	image_u32(image, 0xc, 2600);
	image_u32(image, 0x10, 0x39000);
	image_u32(image, 0x20, 0x14c);
	image_u32(image, 0x24, 1);
	image_u32(image, 0x28, 0x1000008e);
	for (size_t i = 0; i < 4; i++)
		image_u32(image, 0x2c + 4 * i, 0x80000000 + (uint32_t)i);
	image_u32(image, 0xf88, type);
}

struct opened {
	uint8_t *exact; /* a copy of the image's size: sanitizers see its end */
	struct arena arena;
	struct crash crash;
	struct dump dump;
	struct error err;
	enum status status;
};

/* The caller closes it with image_close(). */
static inline struct opened *image_open(const struct image *image)
{
	struct opened *opened = calloc(1, sizeof(*opened));

	assert(opened);
	opened->exact = malloc(image->size + !image->size);
	assert(opened->exact);
	memcpy(opened->exact, image->bytes, image->size);
	arena_init(&opened->arena);
	opened->status =
		dump_open(bytes_of(opened->exact, image->size), &opened->arena,
			  &opened->crash, &opened->dump, &opened->err);
	return opened;
}

static inline void image_close(struct opened *opened)
{
	arena_deinit(&opened->arena);
	free(opened->exact);
	free(opened);
}

/* The byte the dump shows at an address, or -1. */
static inline int image_byte(const struct opened *opened,
			     const struct dump_ranges *ranges, uint64_t start)
{
	struct bytes in = dump_view(&opened->dump, ranges, start, 1);

	return in.failed ? -1 : bytes_u8(&in);
}

static inline bool image_has_problem(const struct opened *opened,
				     const char *words)
{
	for (size_t i = 0; i < opened->crash.problem_count; i++)
		if (strstr(opened->crash.problems[i], words))
			return true;
	return false;
}

#endif
