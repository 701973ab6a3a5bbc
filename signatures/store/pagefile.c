#include "signatures/store/pagefile.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signatures/base/must.h"

enum {
	FIRST_SLOTS = 1 << 6,
	RUN = 8 /* pages */
};

struct pagefile_slot {
	uint64_t number;
	const uint8_t *page; /* NULL: free */
};

void pagefile_init(struct pagefile *file, int fd, size_t page_bytes,
		   size_t kept_most)
{
	struct stat info;

	*file = (struct pagefile){
		.fd = fd,
		.page_bytes = page_bytes,
		.kept_most = kept_most,
		.slot_count = FIRST_SLOTS,
		.slots = must(calloc(FIRST_SLOTS, sizeof(*file->slots))),
	};
	if (!fstat(fd, &info))
		file->file_bytes = (uint64_t)info.st_size;
	arena_init(&file->arena);
}

void pagefile_deinit(struct pagefile *file)
{
	arena_deinit(&file->arena);
	free(file->slots);
	free(file->passing_room);
}

bool pagefile_has(const struct pagefile *file, uint64_t number, size_t offset,
		  size_t size)
{
	uint64_t left = file->file_bytes;

	if (number >= left / file->page_bytes)
		return false;
	left -= number * file->page_bytes;
	return offset <= left && size <= left - offset;
}

bool pagefile_read(const struct pagefile *file, uint64_t number, size_t offset,
		   size_t size, uint8_t *to)
{
	const off_t at = (off_t)(number * file->page_bytes + offset);

	return pagefile_has(file, number, offset, size) &&
	       pread(file->fd, to, size, at) == (ssize_t)size;
}

static struct pagefile_slot *slot_of(struct pagefile_slot *slots, size_t count,
				     uint64_t number)
{
	size_t at = (size_t)(number * UINT64_C(0x9e3779b97f4a7c15) >> 32);

	for (;; at++) {
		struct pagefile_slot *slot = &slots[at & (count - 1)];

		if (!slot->page || slot->number == number)
			return slot;
	}
}

static void grow(struct pagefile *file)
{
	const size_t count = 2 * file->slot_count;
	struct pagefile_slot *slots = must(calloc(count, sizeof(*slots)));

	for (size_t i = 0; i < file->slot_count; i++) {
		const struct pagefile_slot *old = &file->slots[i];

		if (old->page)
			*slot_of(slots, count, old->number) = *old;
	}
	free(file->slots);
	file->slots = slots;
	file->slot_count = count;
}

uint8_t *pagefile_room(struct pagefile *file, size_t size)
{
	if (size > file->kept_most - file->kept) {
		file->is_full = true;
		return NULL;
	}
	file->kept += size;
	return arena_take(&file->arena, size, 1);
}

const uint8_t *pagefile_kept(const struct pagefile *file, uint64_t number)
{
	return slot_of(file->slots, file->slot_count, number)->page;
}

static const uint8_t *note(struct pagefile *file, uint64_t number,
			   const uint8_t *page)
{
	if (++file->slots_used > file->slot_count / 2)
		grow(file);
	*slot_of(file->slots, file->slot_count, number) =
		(struct pagefile_slot){ number, page };
	return page;
}

const uint8_t *pagefile_get(struct pagefile *file, uint64_t number)
{
	const uint8_t *kept = pagefile_kept(file, number);
	uint8_t *page;

	if (kept)
		return kept;
	page = pagefile_room(file, file->page_bytes);
	if (!page || !pagefile_read(file, number, 0, file->page_bytes, page))
		return NULL;
	return note(file, number, page);
}

static void make_passing(struct pagefile *file)
{
	if (file->passing_room)
		return;
	for (size_t i = 0; i < PAGEFILE_PASSING; i++)
		file->passing[i] = UINT64_MAX;
	file->passing_room = must(malloc(PAGEFILE_PASSING * file->page_bytes));
}

/* Who comes to one page behind the other will come to the next ones, too. */
static size_t run_of(struct pagefile *file, uint64_t number, size_t at)
{
	const bool goes_on = number == file->last_passed + 1;
	size_t run = goes_on ? RUN : 1;

	if (run > PAGEFILE_PASSING - at)
		run = PAGEFILE_PASSING - at;
	return pagefile_has(file, number, 0, run * file->page_bytes) ? run : 1;
}

static bool let_pass(struct pagefile *file, uint64_t number, size_t at)
{
	const size_t run = run_of(file, number, at);
	uint8_t *page = file->passing_room + at * file->page_bytes;
	bool is_read;

	for (size_t i = 0; i < run; i++)
		file->passing[at + i] = UINT64_MAX;
	is_read = pagefile_read(file, number, 0, run * file->page_bytes, page);
	for (size_t i = 0; i < run && is_read; i++)
		file->passing[at + i] = number + i;
	return is_read;
}

const uint8_t *pagefile_pass(struct pagefile *file, uint64_t number)
{
	const uint8_t *kept = pagefile_kept(file, number);
	const size_t at = number % PAGEFILE_PASSING;

	if (kept)
		return kept;
	make_passing(file);
	if (file->passing[at] != number && !let_pass(file, number, at))
		return NULL;
	file->last_passed = number;
	return file->passing_room + at * file->page_bytes;
}

const uint8_t *pagefile_keep(struct pagefile *file, uint64_t number,
			     const uint8_t *page)
{
	uint8_t *kept;

	if (pagefile_kept(file, number))
		return page;
	kept = pagefile_room(file, file->page_bytes);
	if (!kept)
		return page;
	memcpy(kept, page, file->page_bytes);
	return note(file, number, kept);
}
