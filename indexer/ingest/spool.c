#include "indexer/ingest/spool.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "signatures/base/room.h"

#define PAGE_BYTES 4096
#define FIRST_BYTES (256 * 1024)

/* What an idle file may keep. */
#define KEPT_BYTES (8 * 1024 * 1024)

/* Zeroes are looked for in pieces of this size. */
#define HOLE_BYTES (64 * 1024)

static const uint8_t zeroes[HOLE_BYTES];

void spool_file_init(struct spool_file *file, struct spool *spool,
		     size_t memory_max)
{
	memset(file, 0, sizeof(*file));
	file->spool = spool;
	file->memory_max = memory_max;
}

static void unmap(struct spool_file *file)
{
	if (file->view)
		munmap(file->view, (size_t)file->size);
	file->view = NULL;
}

void spool_file_deinit(struct spool_file *file)
{
	spool_file_reset(file);
	free(file->memory);
	hash_stream_destroy(file->stream);
	file->memory = NULL;
	file->stream = NULL;
}

void spool_file_reset(struct spool_file *file)
{
	unmap(file);
	if (file->is_spooled) {
		/* Given back now; a failure only wastes room until the end. */
		const int done = ftruncate(file->spool->fd, (off_t)file->start);

		(void)done;
		file->spool->top = file->start;
		file->is_spooled = false;
	}
	if (file->capacity > KEPT_BYTES) {
		free(file->memory);
		file->memory = NULL;
		file->capacity = 0;
	}
	file->size = 0;
}

static enum status write_all(struct spool_file *file, const uint8_t *data,
			     size_t size, struct error *err)
{
	uint64_t at = file->start + file->size;

	while (size > 0) {
		const size_t piece = size < HOLE_BYTES ? size : HOLE_BYTES;

		if (piece == HOLE_BYTES && !memcmp(data, zeroes, HOLE_BYTES)) {
			data += piece;
			size -= piece;
			at += piece;
			continue;
		}

		const ssize_t n =
			pwrite(file->spool->fd, data, piece, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, STATUS_IO, "spool: %s",
					 strerror(errno));
		data += n;
		size -= (size_t)n;
		at += (uint64_t)n;
	}
	return STATUS_OK;
}

/* From memory to the spool, which from now on takes what is added. */
static enum status spill(struct spool_file *file, struct error *err)
{
	const uint64_t size = file->size;

	if (!file->stream)
		file->stream = hash_stream_create();
	hash_stream_reset(file->stream);
	hash_stream_add(file->stream, file->memory, (size_t)size);
	file->start =
		(file->spool->top + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
	file->size = 0;
	file->is_spooled = true;

	const enum status status =
		write_all(file, file->memory, (size_t)size, err);

	file->size = size;
	file->spool->top = file->start + size;
	free(file->memory);
	file->memory = NULL;
	file->capacity = 0;
	return status;
}

static enum status move(struct spool_file *file, size_t capacity,
			struct error *err)
{
	uint8_t *memory = room_try(capacity);

	if (!memory)
		return error_set(err, STATUS_LIMIT, "out of memory");
	if (file->size)
		memcpy(memory, file->memory, (size_t)file->size);
	free(file->memory);
	file->memory = memory;
	file->capacity = capacity;
	return STATUS_OK;
}

static enum status make_room(struct spool_file *file, size_t wanted,
			     struct error *err)
{
	size_t capacity = file->capacity ? file->capacity : FIRST_BYTES;

	if (wanted <= file->capacity)
		return STATUS_OK;
	while (capacity < wanted)
		capacity *= 2;
	if (capacity > file->memory_max)
		capacity = file->memory_max;
	return move(file, capacity, err);
}

enum status spool_file_expect(struct spool_file *file, uint64_t size,
			      struct error *err)
{
	if (file->is_spooled || size > file->memory_max ||
	    size <= file->capacity)
		return STATUS_OK;
	return move(file, (size_t)size, err);
}

enum status spool_file_add(struct spool_file *file, const void *data,
			   size_t size, struct error *err)
{
	assert(!file->view);
	if (!file->is_spooled && file->size + size > file->memory_max &&
	    spill(file, err))
		return err->status;
	if (file->is_spooled) {
		assert(file->spool->top == file->start + file->size);
		if (write_all(file, data, size, err))
			return err->status;
		hash_stream_add(file->stream, data, size);
		file->size += size;
		file->spool->top = file->start + file->size;
		return STATUS_OK;
	}
	if (make_room(file, (size_t)file->size + size, err))
		return err->status;
	memcpy(file->memory + file->size, data, size);
	file->size += size;
	return STATUS_OK;
}

enum status spool_file_extend(struct spool_file *file, uint64_t size,
			      struct error *err)
{
	while (file->size < size) {
		const uint64_t left = size - file->size;
		const size_t piece =
			left < HOLE_BYTES ? (size_t)left : HOLE_BYTES;

		if (spool_file_add(file, zeroes, piece, err))
			return err->status;
	}
	return STATUS_OK;
}

enum status spool_file_view(struct spool_file *file, struct bytes *ret,
			    struct error *err)
{
	if (!file->is_spooled) {
		*ret = bytes_of(file->memory, (size_t)file->size);
		return STATUS_OK;
	}
	if (!file->view) {
		/* A hole at the end is not in the file yet. */
		if (ftruncate(file->spool->fd, (off_t)file->spool->top))
			return error_set(err, STATUS_IO, "spool: %s",
					 strerror(errno));

		void *view =
			mmap(NULL, (size_t)file->size, PROT_READ, MAP_SHARED,
			     file->spool->fd, (off_t)file->start);

		if (view == MAP_FAILED)
			return error_set(err, STATUS_IO, "spool: %s",
					 strerror(errno));
		file->view = view;
	}
	*ret = bytes_of(file->view, (size_t)file->size);
	return STATUS_OK;
}

struct hash128 spool_file_hash(const struct spool_file *file)
{
	if (file->is_spooled)
		return hash_stream_128(file->stream);
	return hash_128(file->memory, (size_t)file->size);
}
