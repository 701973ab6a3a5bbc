/* Frames from a worker that a hostile dump has taken over. */
#include "indexer/ingest/wire.h"

#include <assert.h>
#include <string.h>

#include "signatures/record.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct wire_frame *frame, struct arena *arena)
{
	struct record_file file;
	struct error err;

	assert(frame->kind < WIRE_KINDS && frame->status < STATUS_COUNT);
	if (frame->path)
		(void)strlen(frame->path);
	if (frame->text)
		(void)strlen(frame->text);
	if (frame->kind == WIRE_RECORD)
		(void)!record_decode(frame->data, arena, &file, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes in = bytes_of(data, size);
	struct wire_frame frame;
	struct arena arena;
	struct error err;

	arena_init(&arena);
	while (bytes_left(&in) >= WIRE_HEADER_BYTES) {
		const uint32_t wanted = bytes_u32(&in);
		const size_t left = bytes_left(&in);
		const size_t taken = wanted < left ? wanted : left;

		if (!wire_decode(bytes_of(in.next, taken), &arena, &frame,
				 &err))
			check(&frame, &arena);
		bytes_skip(&in, taken);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return 0;
}
