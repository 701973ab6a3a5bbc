/* The bitmap of an old kernel summary dump. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_run(data, size, 2);
	return 0;
}
