/*
 * bytes.h - read untrusted bytes without ever leaving them.
 *
 * A cursor over borrowed memory.  Taking past the end gives zero and marks the
 * cursor failed; it stays failed, and every later take gives zero too.  So a
 * reader takes a whole structure line by line, then asks once.
 *
 * Numbers are little-endian, as Windows writes them, and need no alignment.
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
struct bytes bytes_of(const void *data, size_t size);

/* The part [offset, offset + size) of all; failed if any of it is outside. */
struct bytes bytes_part(struct bytes all, uint64_t offset, uint64_t size);

/* A cursor that has failed already: what is not there. */
struct bytes bytes_absent(void);

size_t bytes_left(const struct bytes *in);

uint8_t bytes_u8(struct bytes *in);
uint16_t bytes_u16(struct bytes *in);
uint32_t bytes_u32(struct bytes *in);
uint64_t bytes_u64(struct bytes *in);

/* Fill buf, or zero it when fewer than size bytes are left. */
void bytes_copy(struct bytes *in, void *buf, size_t size);

void bytes_skip(struct bytes *in, uint64_t size);

/* STATUS_OK, or STATUS_TRUNCATED naming what and how far reading got. */
enum status bytes_check(const struct bytes *in, const char *what,
			struct error *err) MUST_CHECK;

#endif
