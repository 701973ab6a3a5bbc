/*
 * tally.h - how a run went, in numbers.
 */
#ifndef INGEST_TALLY_H
#define INGEST_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "signatures/base/error.h"

struct tally {
	uint64_t indexed;
	uint64_t duplicate;
	uint64_t same_crash;
	uint64_t refused[STATUS_COUNT];
};

#define TALLY_TEXT_BYTES 512

uint64_t tally_refused(const struct tally *tally);

/* The summary line of the contract; counts of zero left out, but "indexed". */
const char *tally_text(const struct tally *tally, char buf[TALLY_TEXT_BYTES]);

#endif
