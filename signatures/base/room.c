#include "signatures/base/room.h"

#include <limits.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signatures/base/must.h"

enum {
	SMALL_PAGE = 4 << 10,
	LARGE_PAGE = 2 << 20,
	/* Larger ones stay apart: they come as zeroes that nobody wrote. */
	APART_BYTES = 1 << 20,
	APART_MOST = 32 << 20 /* that malloc takes */
};

void room_widen(void *memory, size_t bytes)
{
	const uintptr_t mask = LARGE_PAGE - 1;
	const uintptr_t from = ((uintptr_t)memory + mask) & ~mask;
	const uintptr_t to = ((uintptr_t)memory + bytes) & ~mask;

	/* Slower without, no worse. */
	if (from < to)
		(void)madvise((uint8_t *)memory + (from - (uintptr_t)memory),
			      to - from, MADV_HUGEPAGE);
}

/* The part of the heap that lies on large pages. */
static struct {
	uintptr_t from, to;
} wide;

/* There, what others left of a page is room as well. */
static void *try_heap(size_t bytes)
{
	void *room = wide.to ? malloc(bytes + 1) : NULL;
	const uintptr_t at = (uintptr_t)room;

	if (at >= wide.from && at < wide.to)
		return room;
	free(room);
	return NULL;
}

static void *try_pages(size_t bytes)
{
	const size_t page = LARGE_PAGE;
	const size_t rounded = (bytes + page - 1) / page * page;
	void *room = aligned_alloc(page, rounded);

	if (room)
		room_widen(room, rounded);
	return room;
}

void *room_try(size_t bytes)
{
	void *room;

	/* Half a large page is worth one. */
	if (bytes <= LARGE_PAGE / 2)
		return malloc(bytes + 1);
	room = try_heap(bytes);
	return room ? room : try_pages(bytes);
}

void *room_take(size_t count, size_t size)
{
	void *room = room_try(count * size);

	if (!room)
		must_end();
	return room;
}

void *room_again(void *room, size_t bytes)
{
	void *again = must(realloc(room, bytes ? bytes : 1));

	room_widen(again, bytes);
	return again;
}

void *room_cleared(size_t count, size_t size)
{
	/* Fresh from the system it is zeroes nobody touched. */
	void *room = must(calloc(count ? count : 1, size));

	room_widen(room, count * size);
	return room;
}

/* Could so much be had?  malloc that is to take it whole has no less. */
static bool has_room(int bytes)
{
	if (sbrk(bytes) == (void *)-1)
		return false;
	return sbrk(-bytes) != (void *)-1;
}

/* What malloc writes for itself at first lies below the first large page. */
void room_for_heap(int bytes)
{
	const uintptr_t page = LARGE_PAGE;
	const uintptr_t end = (uintptr_t)sbrk(0);
	/* More than malloc has left: what it takes next is new. */
	const size_t left = mallinfo2().keepcost + 1;
	const uintptr_t below = (left / SMALL_PAGE + 1) * SMALL_PAGE;
	const uintptr_t gap = (2 * page - below - end % page) % page;
	void *first;

	if (wide.to || !has_room(bytes) || sbrk((intptr_t)gap) != (void *)end)
		return;
	mallopt(M_TOP_PAD, bytes);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_MMAP_THRESHOLD, APART_BYTES);
	first = malloc(left);
	if (first && (uintptr_t)first - end <= page) {
		wide.from = (uintptr_t)first;
		wide.to = (uintptr_t)sbrk(0);
		room_widen(first, wide.to - wide.from);
	}
	free(first);
}

void room_keep(void)
{
	mallopt(M_MMAP_THRESHOLD, APART_MOST);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
}
