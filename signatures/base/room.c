#include "signatures/base/room.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	LARGE_PAGE = 2 << 20
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

void *room_take(size_t count, size_t size)
{
	const size_t page = LARGE_PAGE;
	const size_t bytes = count * size;
	const size_t rounded = (bytes + page - 1) / page * page;
	/* Half a large page is worth one. */
	const bool is_large = bytes > page / 2;
	void *room =
		is_large ? aligned_alloc(page, rounded) : malloc(bytes + 1);

	if (!room)
		abort();
	if (is_large)
		room_widen(room, rounded);
	return room;
}
