#include "indexer/ingest/done.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "indexer/ingest/archive.h"
#include "indexer/ingest/contents.h"
#include "signatures/base/must.h"
#include "signatures/store/store_aside.h"
#include "signatures/store/store_write.h"

/* Copied and hashed within the processor's second cache. */
#define HASH_BLOCK (128 * 1024)

/* A quarter of a millisecond: nobody waits for longer to be heard. */
#define SPARE_BYTES (1024 * 1024)

/* Smaller ones are hashed sooner than anything is looked up. */
#define SMALL_BYTES (1024 * 1024)

/* With more archives, to go through them takes as long as to read one. */
#define SIZES_MAX 100000

struct done {
	struct store *store;
	struct contents seen;  /* archives of this run */
	struct contents sizes; /* of archives in the store when it was asked */
	bool has_sizes;
	bool is_any_size; /* nobody knows which */
	struct done_file *first;
	struct done_file **end;
};

struct done_file done_file(int fd, uint64_t size, struct hash128 stamp)
{
	return (struct done_file){ .fd = fd, .size = size, .stamp = stamp };
}

struct done *done_create(struct store *store)
{
	struct done *done = must(calloc(1, sizeof(*done)));

	done->store = store;
	done->end = &done->first;
	contents_init(&done->seen);
	contents_init(&done->sizes);
	return done;
}

void done_destroy(struct done *done)
{
	if (!done)
		return;
	contents_deinit(&done->seen);
	contents_deinit(&done->sizes);
	free(done);
}

/* Up to so many bytes more; false at the end, or what looks like it. */
static bool hash_some(struct done_file *file, uint64_t most)
{
	static uint8_t block[HASH_BLOCK];
	const uint64_t left = file->size - file->hashed;
	const uint64_t end = file->hashed + (most < left ? most : left);

	if (!file->stream)
		file->stream = hash_stream_create();
	while (file->hashed < end) {
		const uint64_t more = end - file->hashed;
		const ssize_t got =
			pread(file->fd, block,
			      more < sizeof(block) ? more : sizeof(block),
			      (off_t)file->hashed);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		hash_stream_add(file->stream, block, (size_t)got);
		file->hashed += (uint64_t)got;
	}
	return file->hashed < file->size;
}

bool done_hash(struct done_file *file)
{
	if (file->has_content || file->fd < 0)
		return file->has_content;
	while (hash_some(file, file->size))
		;
	if (file->hashed < file->size)
		return false;
	file->content = hash_stream_128(file->stream);
	file->has_content = true;
	return true;
}

bool done_spare(struct done *done)
{
	struct done_file *file = done->first;

	if (!file)
		return false;
	if (file->has_content || !hash_some(file, SPARE_BYTES)) {
		done->first = file->next;
		if (!done->first)
			done->end = &done->first;
	}
	return true;
}

static bool is_archive(const struct done_file *file)
{
	uint8_t head[ARCHIVE_CLAIM_BYTES];
	const ssize_t got = pread(file->fd, head, sizeof(head), 0);

	return got > 0 && archive_is_likely(bytes_of(head, (size_t)got));
}

static struct hash128 size_as_content(uint64_t size)
{
	return (struct hash128){ .high = 1, .low = size };
}

static bool take_size(void *closure, struct hash128 content, uint64_t dumps,
		      uint64_t size)
{
	struct done *done = closure;

	(void)content;
	(void)dumps;
	contents_add(&done->sizes, size_as_content(size));
	done->is_any_size = !size || done->sizes.count > SIZES_MAX;
	return !done->is_any_size;
}

/* May the store have an archive of this size? */
static enum status look_size(struct done *done, uint64_t size, bool *ret,
			     struct error *err)
{
	const struct store_aside archives = { .closure = done,
					      .archive = take_size };

	if (!done->has_sizes && store_aside_walk(done->store, &archives, err))
		return err->status;
	done->has_sizes = true;
	*ret = done->is_any_size ||
	       contents_have(&done->sizes, size_as_content(size));
	return STATUS_OK;
}

static void wait_in_line(struct done *done, struct done_file *file)
{
	*done->end = file;
	done->end = &file->next;
}

static enum status look_content(struct done *done, struct done_file *file,
				bool is_stamped, bool *ret, uint64_t *dumps,
				struct error *err)
{
	if (!contents_add(&done->seen, file->content) ||
	    !store_has_archive(done->store, file->content, dumps))
		return STATUS_OK;
	*ret = true;
	if (is_stamped)
		return STATUS_OK;
	return store_put_archive(done->store, file->content, file->stamp,
				 *dumps, file->size, err);
}

enum status done_look(struct done *done, struct done_file *file, bool *ret,
		      uint64_t *dumps, struct error *err)
{
	struct hash128 content;
	bool may_be_known = true;

	*ret = false;
	if (!done->store || file->fd < 0 || !is_archive(file))
		return STATUS_OK;
	if (store_find_stamp(done->store, file->stamp, &content)) {
		file->content = content;
		file->has_content = true;
		return look_content(done, file, true, ret, dumps, err);
	}
	if (file->size > SMALL_BYTES &&
	    look_size(done, file->size, &may_be_known, err))
		return err->status;
	if (!may_be_known) {
		wait_in_line(done, file);
		return STATUS_OK;
	}
	if (!done_hash(file))
		return STATUS_OK;
	return look_content(done, file, false, ret, dumps, err);
}

enum status done_put(struct done *done, struct done_file *file, uint64_t dumps,
		     struct error *err)
{
	if (!done_hash(file))
		return STATUS_OK;
	contents_add(&done->seen, file->content);
	return store_put_archive(done->store, file->content, file->stamp, dumps,
				 file->size, err);
}

void done_leave(struct done *done, struct done_file *file)
{
	struct done_file **at = &done->first;

	while (*at && *at != file)
		at = &(*at)->next;
	if (*at) {
		*at = file->next;
		if (!file->next)
			done->end = at;
	}
	if (file->stream)
		hash_stream_destroy(file->stream);
	file->stream = NULL;
}
