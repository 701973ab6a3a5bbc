/*
 * records.h - a store of many crashes that nobody had.
 */
#ifndef CORPUS_TOOLS_RECORDS_H
#define CORPUS_TOOLS_RECORDS_H

#include <stdint.h>

#include "signatures/base/error.h"

/* Put crash_count crashes of the population of seed into the store at path. */
enum status records_write(const char *path, uint64_t crash_count, uint64_t seed,
			  struct error *err) MUST_CHECK;

#endif
