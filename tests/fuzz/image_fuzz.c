#include "indexer/target/image.h"

#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct image image;
	uint32_t start;

	arena_init(&arena);
	if (image_of(bytes_of(data, size), &arena, &image))
		(void)image_export_below(&image, 0x1100, &arena, &start);
	arena_deinit(&arena);
	return 0;
}
