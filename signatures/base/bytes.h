/*
 * bytes.h - read untrusted bytes without ever leaving them.
 *
 * A cursor over borrowed memory.  Taking past the end gives zero and marks the
 * cursor failed; it stays failed, and every later take gives zero too.  So a
 * reader takes a whole structure line by line, then asks once.
 *
 * Numbers are little-endian, as Windows writes them, and need no alignment.
 * What is taken by the million is told here, so that it costs no call.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/error.h"

struct bytes {
	const uint8_t *start;
	const uint8_t *next;
	const uint8_t *end;
	bool failed;
};

/* The caller keeps data alive for as long as the cursor is used. */
static inline struct bytes bytes_of(const void *data, size_t size)
{
	const uint8_t *start = data;

	/* Nothing may lie nowhere: no arithmetic on NULL. */
	return (struct bytes){ start, start, size ? start + size : start,
			       false };
}

/* The part [offset, offset + size) of all; failed if any of it is outside. */
struct bytes bytes_part(struct bytes all, uint64_t offset, uint64_t size);

/* A cursor that has failed already: what is not there. */
struct bytes bytes_absent(void);

static inline size_t bytes_left(const struct bytes *in)
{
	return (size_t)(in->end - in->next);
}

static inline void bytes_skip(struct bytes *in, uint64_t size)
{
	if (in->failed || size > bytes_left(in))
		in->failed = true;
	else
		in->next += size;
}

/* The next size bytes, to be read; NULL when fewer are left. */
static inline const uint8_t *bytes_take(struct bytes *in, size_t size)
{
	const uint8_t *taken = in->next;

	bytes_skip(in, size);
	return in->failed ? NULL : taken;
}

static inline uint8_t bytes_u8(struct bytes *in)
{
	const uint8_t *p = bytes_take(in, 1);

	return p ? *p : 0;
}

static inline uint16_t bytes_u16(struct bytes *in)
{
	const uint8_t *p = bytes_take(in, 2);

	return p ? (uint16_t)(p[0] | p[1] << 8) : 0;
}

static inline uint32_t bytes_u32(struct bytes *in)
{
	const uint8_t *p = bytes_take(in, 4);

	return p ? p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
			       (uint32_t)p[3] << 24
		 : 0;
}

static inline uint64_t bytes_u64(struct bytes *in)
{
	const uint8_t *p = bytes_take(in, 8);

	return p ? p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 |
			       (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
			       (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
			       (uint64_t)p[7] << 56
		 : 0;
}

/* Fill buf, or zero it when fewer than size bytes are left. */
void bytes_copy(struct bytes *in, void *buf, size_t size);

/* STATUS_OK, or STATUS_TRUNCATED naming what and how far reading got. */
enum status bytes_check(const struct bytes *in, const char *what,
			struct error *err) MUST_CHECK;

#endif
