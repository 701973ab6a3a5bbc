/*
 * room.h - memory for a number, or a bit, of every row.
 *
 * Millions of rows are much memory at once, and what it costs is mostly that
 * each of its pages has to be met: so the pages are as large as there are.
 */
#ifndef QUERY_ROOM_H
#define QUERY_ROOM_H

#include <stddef.h>

/* Not cleared; never NULL.  The caller frees it. */
void *room_take(size_t count, size_t size);

#endif
