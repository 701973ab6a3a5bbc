/*
 * naming.h - the names strangers give to entries of archives.
 */
#ifndef INGEST_NAMING_H
#define INGEST_NAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"

/*
 * Does its name say dump?  Never a reason to take something for one; but what
 * is called a dump and is none deserves a word.
 */
bool naming_is_dump(const char *path);

/*
 * Put a name where there is room for so many bytes, at least one: as UTF-8, cut
 * between characters.  Empties arena.
 */
void naming_put(struct bytes name, struct arena *arena, char *ret, size_t room);

#endif
