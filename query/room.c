#include "query/room.h"

#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>

void *room_take(size_t count, size_t size)
{
	const size_t page = (size_t)2 << 20;
	const size_t bytes = count * size;
	const size_t rounded = (bytes + page - 1) / page * page;
	/* Half a large page is worth one. */
	const bool is_large = bytes > page / 2;
	void *room =
		is_large ? aligned_alloc(page, rounded) : malloc(bytes + 1);

	if (!room)
		abort();
	/* Slower without, no worse. */
	if (is_large)
		(void)madvise(room, rounded, MADV_HUGEPAGE);
	return room;
}
