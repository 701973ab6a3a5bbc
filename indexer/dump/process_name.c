#include "indexer/dump/process_name.h"

#include <string.h>

#include "signatures/base/text.h"

/*
 * From the public types of each build (symbol server); the first build of a row
 * to the last one released with that structure.
 */
static const struct {
	enum crash_arch arch;
	uint32_t first_build;
	uint32_t last_build;
	uint32_t offset;
} layouts[] = {
	{ CRASH_X64, 3790, 3790, 0x268 },
	{ CRASH_X64, 6000, 6003, 0x238 },
	{ CRASH_X64, 7600, 7601, 0x2e0 },
	{ CRASH_X64, 9200, 9600, 0x438 },
	{ CRASH_X64, 10240, 10240, 0x448 },
	{ CRASH_X64, 10586, 18363, 0x450 },
	{ CRASH_X64, 19041, 22631, 0x5a8 },
	{ CRASH_X64, 26100, 26200, 0x338 },
	{ CRASH_X86, 2600, 2600, 0x174 },
	{ CRASH_X86, 3790, 3790, 0x164 },
	{ CRASH_X86, 6000, 6003, 0x14c },
	{ CRASH_X86, 7600, 7601, 0x16c },
	{ CRASH_X86, 9200, 10240, 0x170 },
	{ CRASH_X86, 10586, 14393, 0x174 },
	{ CRASH_X86, 15063, 18363, 0x17c },
	{ CRASH_X86, 19041, 19045, 0x1ac },
	{ CRASH_ARM64, 22000, 22000, 0x560 },
};

bool process_name_offset(enum crash_arch arch, uint64_t os_build, uint32_t *ret)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (layouts[i].arch != arch ||
		    os_build < layouts[i].first_build ||
		    os_build > layouts[i].last_build)
			continue;
		*ret = layouts[i].offset;
		return true;
	}
	return false;
}

const char *process_name_text(struct arena *arena, struct bytes field)
{
	char name[PROCESS_NAME_BYTES + 1] = { 0 };
	size_t length;

	bytes_copy(&field, name, PROCESS_NAME_BYTES);
	length = strlen(name);
	if (length == 0)
		return NULL;
	for (size_t i = 0; i < length; i++)
		if (name[i] < 0x20 || name[i] > 0x7e)
			return NULL;
	return text_copy(arena, name);
}
