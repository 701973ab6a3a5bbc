/* A record from a worker that a hostile dump has taken over. */
#include <assert.h>
#include <string.h>

#include "signatures/record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_file file;
	struct arena arena;
	struct error err;

	arena_init(&arena);
	if (!record_decode(bytes_of(data, size), &arena, &file, &err)) {
		const struct bytes again = record_encode(&file, &arena);

		assert(!record_decode(again, &arena, &file, &err));
	}
	arena_deinit(&arena);
	return 0;
}
