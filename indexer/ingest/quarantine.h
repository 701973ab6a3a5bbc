/*
 * quarantine.h - a folder for what was refused, so that a bug can be reported.
 *
 * HASH.bin holds the bytes, HASH.txt where they came from and why they were
 * refused.  The hash is of the content; nothing out of a dump or an archive
 * becomes part of a file name.
 */
#ifndef INGEST_QUARANTINE_H
#define INGEST_QUARANTINE_H

#include <stdint.h>

#include "signatures/base/bytes.h"
#include "signatures/base/error.h"
#include "signatures/base/hash.h"

struct quarantine;

/* Makes the folder if it is not there. */
enum status quarantine_open(const char *dir, struct quarantine **ret,
			    struct error *err) MUST_CHECK;
void quarantine_close(struct quarantine *quarantine);

/* Bytes of the next thing to be kept; offset 0 starts over. */
enum status quarantine_add(struct quarantine *quarantine, uint64_t offset,
			   struct bytes data, struct error *err) MUST_CHECK;

/* The same for all bytes of an open file. */
enum status quarantine_add_file(struct quarantine *quarantine, int fd,
				struct error *err) MUST_CHECK;

/* Keep what was added, with the reason beside it. */
enum status quarantine_keep(struct quarantine *quarantine, const char *source,
			    enum status why, const char *text,
			    struct error *err) MUST_CHECK;

#endif
