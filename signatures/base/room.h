/*
 * room.h - memory for a number, or a bit, of every row.
 *
 * Millions of rows are much memory at once, and what it costs is mostly that
 * each of its pages has to be met: so the pages are as large as there are.
 */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include <stddef.h>

/* Not cleared; never NULL.  The caller frees it. */
void *room_take(size_t count, size_t size);

/* Memory that is there and was not touched yet: large pages, if it is much. */
void room_widen(void *memory, size_t bytes);

#endif
