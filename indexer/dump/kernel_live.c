/*
 * kernel_live.c - the signs of a live dump.
 *
 * Surest first: the header's own bit; a stop code that Microsoft's reference
 * says is used for live dumps only; pages of memory without any stop code.
 */
#include "indexer/dump/kernel_live.h"

#include <stddef.h>

#define ATTRIBUTE_LIVE (1u << 4) /* LiveDumpGeneratedDump */

/* Live dumps as a facility of the kernel came with Windows 8.1. */
#define FIRST_LIVE_BUILD 9600

/* Microsoft, "Kernel live dump code reference"; sorted. */
static const uint16_t live_codes[] = {
	0x156, 0x15c, 0x15d, 0x15e, 0x15f, 0x161, 0x165,  0x166, 0x167,
	0x168, 0x169, 0x16a, 0x16b, 0x16f, 0x175, 0x179,  0x17c, 0x17d,
	0x188, 0x190, 0x193, 0x195, 0x198, 0x19d, 0x1a1,  0x1a3, 0x1a4,
	0x1a5, 0x1a6, 0x1a7, 0x1a8, 0x1a9, 0x1b0, 0x1b8,  0x1c4, 0x1c5,
	0x1c9, 0x1cc, 0x1d1, 0x1d4, 0x1e1, 0x1f5, 0x21c8,
};

/*
 * In the same reference, but older than live dumps: these stopped machines, or
 * were reported as if they had, and a small dump does not show which.
 */
static const uint16_t doubtful_codes[] = { 0xab, 0x117, 0x141, 0x142, 0x187 };

static bool has_code(const uint16_t *codes, size_t count, uint64_t code)
{
	for (size_t i = 0; i < count; i++)
		if (codes[i] == code)
			return true;
	return false;
}

static bool is_blank(const struct crash_bugcheck *bugcheck)
{
	if (!bugcheck->code.known || bugcheck->code.value != 0)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (!bugcheck->args[i].known || bugcheck->args[i].value != 0)
			return false;
	return true;
}

bool kernel_live_is(const struct crash *crash, uint32_t attributes)
{
	const struct crash_number code = crash->bugcheck.code;
	const struct crash_number build = crash->machine.os_build;
	const bool has_pages = crash->image.kind != CRASH_KERNEL_TRIAGE &&
			       crash->image.kind != CRASH_KERNEL_HEADER;
	const bool has_facility =
		build.known && build.value >= FIRST_LIVE_BUILD;

	if (attributes & ATTRIBUTE_LIVE)
		return true;
	if (has_pages && is_blank(&crash->bugcheck))
		return true;
	if (!code.known)
		return false;
	if (has_code(live_codes, sizeof(live_codes) / sizeof(live_codes[0]),
		     code.value))
		return true;
	return has_pages && has_facility &&
	       has_code(doubtful_codes,
			sizeof(doubtful_codes) / sizeof(doubtful_codes[0]),
			code.value);
}
