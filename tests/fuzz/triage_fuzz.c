/* The lists of a small dump. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_run(data, size, 4);
	return 0;
}
