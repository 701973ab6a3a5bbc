/* The bitmap of a dump of Windows 8 and later. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_run(data, size, 5);
	return 0;
}
