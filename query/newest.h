/*
 * newest.h - crashes, the newest first; those of one time in the order of their
 * ids, whatever order they came in, and those without a time last.
 */
#ifndef QUERY_NEWEST_H
#define QUERY_NEWEST_H

#include "signatures/store/store_read.h"

struct newest {
	uint64_t when; /* FILETIME + 1, or 0 for none */
	uint32_t row;
	struct hash128 identity; /* read where times are equal */
};

enum status newest_order(struct store *store, struct newest *at, size_t count,
			 struct error *err) MUST_CHECK;

#endif
