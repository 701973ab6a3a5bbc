/*
 * contents.h - a set of content hashes.
 */
#ifndef INGEST_CONTENTS_H
#define INGEST_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "signatures/base/hash.h"

struct contents {
	struct hash128 *slots; /* all zero = free */
	size_t room;	       /* a power of two, or 0 */
	size_t count;
};

void contents_init(struct contents *contents);
void contents_deinit(struct contents *contents);

bool contents_have(const struct contents *contents, struct hash128 content);

/* True if it was not there yet. */
bool contents_add(struct contents *contents, struct hash128 content);

#endif
