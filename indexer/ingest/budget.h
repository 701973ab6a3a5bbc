/*
 * budget.h - how much one input may unpack to.
 *
 * Every byte that comes out is counted, and what is stated is asked about
 * before.  An answer is the reason for which it is too much, good until the
 * next question, or NULL.
 */
#ifndef INGEST_BUDGET_H
#define INGEST_BUDGET_H

#include <stdint.h>

#include "indexer/ingest/unpack.h"

struct budget {
	const struct unpack_limits *limits;
	uint64_t input_bytes;
	uint64_t unpacked; /* bytes of dumps and nested archives */
	uint64_t passed;   /* bytes passed over that still cost unpacking */
	char text[128];
};

/* Bytes of a dump or of a nested archive came out. */
const char *budget_unpack(struct budget *budget, uint64_t bytes);

/* Bytes of something else. */
const char *budget_pass(struct budget *budget, uint64_t bytes);

/* An entry is said to have size bytes, of which so many were counted. */
const char *budget_entry(const struct budget *budget, uint64_t size,
			 uint64_t counted);

/* Something else is said to have size bytes. */
const char *budget_other(const struct budget *budget, uint64_t size);

/* A dump has size bytes, and by its own header stated; see dump.h. */
const char *budget_dump(const struct budget *budget, uint64_t size,
			uint64_t stated);

#endif
