/* The streams of a user's minidump, behind a directory that says so. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *image = malloc(size + 8);

	assert(image);
	memcpy(image, "MDMP\x93\xa7\0\0", 8);
	if (size)
		memcpy(image + 8, data, size);
	payload_examine(bytes_of(image, size + 8));
	free(image);
	return 0;
}
