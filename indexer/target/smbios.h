/*
 * smbios.h - what firmware says of board, system and processor.
 *
 * Texts are as the firmware has them, blanks trimmed, placeholders ("To Be
 * Filled By O.E.M.") kept: what they are worth is for others to judge.
 */
#ifndef TARGET_SMBIOS_H
#define TARGET_SMBIOS_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

#define SMBIOS_UUID_BYTES 16

struct smbios {
	/* type 0 */
	const char *bios_vendor;
	const char *bios_version;
	const char *bios_date;
	bool says_virtual; /* the virtual machine bit */
	/* type 1 */
	const char *manufacturer;
	const char *product;
	const char *version;
	uint8_t uuid[SMBIOS_UUID_BYTES];
	bool has_uuid; /* stated, and neither all zeroes nor all ones */
	/* type 2 */
	const char *board;
	const char *board_serial;
	const char *board_tag;
	/* type 3 */
	const char *chassis_tag;
	/* type 4 */
	const char *processor;

	bool ended;	/* by its end structure, not by a cut */
	bool is_cut;	/* by the end of the blob it lies in */
	uint32_t types; /* bit n: a structure of type n < 32 was seen */
};

/*
 * Read a structure table, structures in any order; texts live in arena.  False
 * when it has neither BIOS nor system nor board, and then ret is untouched.
 * A table cut short gives what lies before the cut.
 */
bool smbios_read(struct bytes table, struct arena *arena, struct smbios *ret);

/* The table behind the 8-byte header that Windows keeps with it. */
bool smbios_read_raw(struct bytes raw, struct arena *arena, struct smbios *ret);

#endif
