/* The ranges of a dump a debugger wrote. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_run(data, size, 9);
	return 0;
}
