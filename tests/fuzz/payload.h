/*
 * payload.h - what lies behind the header of a kernel dump, alone.
 *
 * The header is made here, so that a fuzzer spends no effort on its magic.
 * Byte 0 of the input chooses 32 or 64 bits, the next ones are the header's
 * PhysicalMemoryBlock, the rest is the payload.  What was read is examined and
 * goes through a record and back.
 */
#ifndef TESTS_FUZZ_PAYLOAD_H
#define TESTS_FUZZ_PAYLOAD_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/ingest/examine.h"
#include "indexer/target/target.h"
#include "signatures/base/limits.h"
#include "signatures/record.h"
#include "tests/fuzz/fuzz.h"

#define PAYLOAD_RUNS_BYTES 64

/* What a worker does with an image; a record can always be read back. */
static inline void payload_examine(struct bytes image)
{
	static const struct target_options options = { .values = true };
	struct record_file file = { .source = "" };
	struct arena arena;
	struct error err;

	arena_init(&arena);
	file.crash.image.bytes = bytes_left(&image);
	if (!examine(image, &options, &arena, &file.crash, &err)) {
		const struct bytes raw = record_encode(&file, &arena);

		if (bytes_left(&raw) <= LIMIT_RECORD_BYTES &&
		    record_decode(raw, &arena, &file, &err))
			abort();
	}
	arena_deinit(&arena);
}

static inline void payload_put(uint8_t *at, uint64_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

/* Offsets as in indexer/dump/kernel32.c and kernel64.c. */
static inline void payload_run(const uint8_t *data, size_t size,
			       uint8_t dump_type)
{
	if (size < 1 + PAYLOAD_RUNS_BYTES)
		return;

	const bool is_wide = data[0] & 1;
	const size_t header = is_wide ? 0x2000 : 0x1000;
	const size_t rest = size - 1 - PAYLOAD_RUNS_BYTES;
	uint8_t *image = malloc(header + rest);

	assert(image);
	for (size_t i = 0; i < header; i++)
		image[i] = (uint8_t) "PAGE"[i % 4];
	memcpy(image + 4, is_wide ? "DU64" : "DUMP", 4);
	payload_put(image + 0x0c, 19041, 4);
	payload_put(image + 0x10, 0x1000, is_wide ? 8 : 4);
	payload_put(image + (is_wide ? 0x30 : 0x20), is_wide ? 0x8664 : 0x14c,
		    4);
	payload_put(image + (is_wide ? 0x38 : 0x28), 0xd1, 4);
	payload_put(image + (is_wide ? 0xf98 : 0xf88), dump_type, 4);
	memcpy(image + (is_wide ? 0x88 : 0x64), data + 1, PAYLOAD_RUNS_BYTES);
	memcpy(image + header, data + 1 + PAYLOAD_RUNS_BYTES, rest);
	payload_examine(bytes_of(image, header + rest));
	free(image);
}

#endif
