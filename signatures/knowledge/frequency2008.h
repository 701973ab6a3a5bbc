/*
 * frequency2008.h - how often search engines found each bugcheck in March
 * 2008: the table that a fleet's ranks are laid beside.
 *
 * Hits, not crashes.  Codes are as printed then, minidump forms apart; so are
 * names (116 was VIDEO_TDR_ERROR).  Rows live for ever.
 */
#ifndef KNOWLEDGE_FREQUENCY2008_H
#define KNOWLEDGE_FREQUENCY2008_H

#include <stdint.h>

struct frequency2008 {
	uint32_t rank; /* from 1 */
	uint32_t code; /* not folded */
	char name[64];
	uint32_t count;
};

/* The row of a code that is not folded, or NULL. */
const struct frequency2008 *frequency2008_find(uint32_t raw);

/* The row after this one by rank, the first after NULL; NULL at the end. */
const struct frequency2008 *frequency2008_walk(
	const struct frequency2008 *after);

#endif
