/*
 * frequency.h - a corpus with a given distribution of bugchecks.
 *
 * One small dump for each count of a table with the columns rank, code, name,
 * count, separated by tabs; codes are hexadecimal, minidump forms as such.  No
 * two are the same crash.
 */
#ifndef CORPUS_TOOLS_FREQUENCY_H
#define CORPUS_TOOLS_FREQUENCY_H

#include "corpus-tools/sink.h"

/* table is a file, or "2008" for the table known to the program. */
enum status frequency_write(const char *table, struct sink *sink,
			    struct error *err) MUST_CHECK;

#endif
