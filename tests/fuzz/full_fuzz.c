/* The runs of a full dump, and memory as they say. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_run(data, size, 1);
	return 0;
}
