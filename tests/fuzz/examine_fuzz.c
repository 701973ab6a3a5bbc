/* Any bytes, as a worker examines them: a reason, or a record. */
#include "tests/fuzz/payload.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	payload_examine(bytes_of(data, size));
	return 0;
}
