/*
 * room.h - memory whose pages are large.
 *
 * What much memory costs is mostly that each of its pages has to be met: so the
 * pages are as large as there are.
 */
#ifndef BASE_ROOM_H
#define BASE_ROOM_H

#include <stddef.h>

/* For a number, or a bit, of every row.  Not cleared; never NULL.  The caller
 * frees it. */
void *room_take(size_t count, size_t size);

/* The same, but NULL where there is none; for sizes that others state. */
void *room_try(size_t bytes);

/* What realloc() does, never NULL: for what grows to be much. */
void *room_again(void *room, size_t bytes);
/* Cleared; never NULL. */
void *room_cleared(size_t count, size_t size);

/*
 * So many bytes of the heap on large pages, of address space until they are
 * used: where a program would meet more than ten small pages, a large one is
 * less.  What was taken from it before stays where it is; does nothing where it
 * cannot be had, nor where such a heap is there already.
 */
#define ROOM_FOR_DUMPS (8 << 20) /* one after the other */
#define ROOM_FOR_ANSWER (256 << 20)
#define ROOM_FOR_PASS (2046 << 20) /* the most that malloc takes at once */
void room_for_heap(int bytes);

/*
 * From here on what is given back is kept for what is taken next, up to 32 MiB
 * each: for who takes as much again and again, and would meet new pages each
 * time.
 */
void room_keep(void);

/* Memory that is there and was not touched yet: large pages, if it is much. */
void room_widen(void *memory, size_t bytes);

#endif
