#include "indexer/target/hypercall.h"

#include <string.h>

#include "indexer/target/space.h"

enum {
	CALL_BYTES = 3,
	PAGE_MASK = 0xfff,
	WITHIN = 0x40 /* the call sits in the first lines of its page */
};

const char *hypercall_before(const struct target *target, uint64_t va)
{
	uint8_t code[CALL_BYTES];

	if ((va & PAGE_MASK) < CALL_BYTES || (va & PAGE_MASK) > WITHIN ||
	    !space_is_kernel(target, va) ||
	    crash_module_at(target->crash, va) != NULL ||
	    !space_read(target, va - CALL_BYTES, code, sizeof(code)))
		return NULL;
	if (memcmp(code, "\x0f\x01\xc1", CALL_BYTES) == 0)
		return "vmcall";
	return memcmp(code, "\x0f\x01\xd9", CALL_BYTES) == 0 ? "vmmcall" : NULL;
}
