#include "indexer/ingest/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "indexer/dump/dump.h"
#include "indexer/ingest/archive.h"
#include "indexer/ingest/budget.h"
#include "indexer/ingest/naming.h"
#include "signatures/base/limits.h"

#define PATH_BYTES 4096
#define HASH_BLOCK (1024 * 1024)

/* Nested archives up to this size are unpacked from memory. */
#define NESTED_MEMORY ((size_t)8 * 1024 * 1024)

/* An input with more entries than this past a limit is given up. */
#define EXCESS_MAX 64

/* So many dumps by name alone are named, the rest only passed over. */
#define NAMED_MAX 10000

struct unpack {
	const struct unpack_limits *limits;
	const struct unpack_sink *sink;
	struct spool *spool;
	struct arena arena; /* for odd names */
	uint64_t input_bytes;
	uint64_t at; /* of them, the last read */
	struct budget budget;
	uint64_t entries;
	unsigned excess;
	unsigned named; /* dumps by name alone */
	bool is_over;
	bool is_archive;
	char path[PATH_BYTES];
};

/* An archive inside the input, being read. */
struct level {
	struct archive_reader *reader;
	struct archive_item item;
	struct spool_file file; /* the entry, as far as it was read */
	unsigned depth;
	size_t prefix; /* bytes of unpack.path that are this archive's */
	bool has_more; /* the entry has, beyond what was read */
	bool is_image;
	uint64_t stated; /* bytes of an image by its header, 0 if unknown */
};

static void unpack_level(struct unpack *unpack,
			 const struct archive_source *source, unsigned depth);

static void beat(struct unpack *unpack)
{
	unpack->sink->beat(unpack->sink->closure, unpack->at);
}

/* The archive that is the input says where in it the reader is. */
static void on_read(void *closure, uint64_t at)
{
	struct unpack *unpack = closure;

	unpack->at = at;
	beat(unpack);
}

/* One inside it is read from elsewhere. */
static void on_read_inside(void *closure, uint64_t at)
{
	(void)at;
	beat(closure);
}

static void refuse(struct unpack *unpack, enum status status, const char *text)
{
	const struct unpack_refusal refusal = { .status = status,
						.text = text };

	if (status == STATUS_LIMIT && ++unpack->excess >= EXCESS_MAX)
		unpack->is_over = true;
	unpack->sink->refuse(unpack->sink->closure, unpack->path, &refusal);
}

static void refuse_foreign(struct unpack *unpack)
{
	const bool is_empty = unpack->input_bytes == 0;
	struct unpack_refusal refusal = {
		.status = is_empty ? STATUS_TRUNCATED : STATUS_UNSUPPORTED,
		.text = is_empty ? "empty" : "not a dump or an archive we know",
		.is_foreign = true
	};

	if (unpack->is_archive)
		refusal.text = "nothing in it that could be a dump";

	unpack->sink->refuse(unpack->sink->closure, unpack->path, &refusal);
}

/* The whole input ends here. */
static void give_up(struct unpack *unpack, const char *text)
{
	unpack->is_over = true;
	refuse(unpack, STATUS_LIMIT, text);
}

/* Count bytes that came out of an entry of now size in all; NULL for fine. */
static const char *count(struct unpack *unpack, const struct level *level,
			 uint64_t bytes, uint64_t size)
{
	const char *text = NULL;

	if (size > LIMIT_IMAGE_BYTES)
		return "larger than any dump we read";
	if (level->is_image)
		text = budget_dump(&unpack->budget, size, level->stated);
	return text ? text : budget_unpack(&unpack->budget, bytes);
}

/* Read on until the entry's file holds wanted bytes or the entry ends. */
static bool read_entry(struct unpack *unpack, struct level *level,
		       uint64_t wanted)
{
	struct spool_file *file = &level->file;
	struct error err;

	while (level->has_more && file->size < wanted) {
		struct bytes piece = bytes_absent();
		uint64_t offset;

		if (archive_reader_piece(level->reader, &piece, &offset,
					 &level->has_more, &err)) {
			refuse(unpack, err.status, err.text);
			return false;
		}

		const uint64_t size = level->has_more ? bytes_left(&piece) : 0;
		const uint64_t end = offset + size;
		const char *text = NULL;

		if (end > file->size)
			text = count(unpack, level, end - file->size, end);
		if (text) {
			give_up(unpack, text);
			return false;
		}
		if (spool_file_extend(file, offset, &err) ||
		    (size && spool_file_add(file, piece.next, size, &err))) {
			refuse(unpack, err.status, err.text);
			return false;
		}
		beat(unpack);
	}
	return true;
}

/* Is the entry's stated size within what is left to unpack? */
static bool is_affordable(struct unpack *unpack, const struct level *level)
{
	const uint64_t size = level->item.size;
	const char *text;

	if (!level->item.has_size)
		return true;
	text = budget_entry(&unpack->budget, size, level->file.size);
	if (!text && level->is_image)
		text = budget_dump(&unpack->budget, size, level->stated);
	if (!text)
		return true;
	if (level->item.can_skip)
		refuse(unpack, STATUS_LIMIT, text);
	else
		give_up(unpack, text);
	return false;
}

/* Neither dump nor archive: on to the next, unless that costs too much. */
static void pass_over(struct unpack *unpack, struct level *level)
{
	struct archive_item *item = &level->item;
	struct error err;
	const char *text;

	if (item->has_size && item->can_skip) {
		text = budget_other(&unpack->budget, item->size);
		if (text)
			refuse(unpack, STATUS_LIMIT, text);
		return;
	}
	if (item->has_size) {
		text = budget_pass(&unpack->budget, item->size);
		if (text) {
			give_up(unpack, text);
			return;
		}
		if (archive_reader_skip(level->reader, &err))
			refuse(unpack, err.status, err.text);
		return;
	}
	while (level->has_more) {
		struct bytes piece = bytes_absent();
		uint64_t offset;

		if (archive_reader_piece(level->reader, &piece, &offset,
					 &level->has_more, &err)) {
			refuse(unpack, err.status, err.text);
			return;
		}
		text = budget_pass(&unpack->budget, bytes_left(&piece));
		if (text) {
			give_up(unpack, text);
			return;
		}
	}
}

/* The crashes of one debugger log, as if they were entries of an archive. */
static void give_parts(struct unpack *unpack, const struct bytes parts[],
		       size_t count)
{
	const size_t size = strlen(unpack->path);
	char *end = unpack->path + size;

	for (size_t i = 0; i < count && i < LIMIT_LOG_CRASHES; i++) {
		const struct bytes part = parts[i];

		snprintf(end, PATH_BYTES - size, "%s#%zu", size ? "/" : "",
			 i + 1);
		unpack->sink->image(unpack->sink->closure, unpack->path, part,
				    hash_128(part.next, bytes_left(&part)));
	}
	*end = '\0';
	if (count > LIMIT_LOG_CRASHES)
		refuse(unpack, STATUS_LIMIT,
		       "more crashes than a log may tell");
}

static void give_image(struct unpack *unpack, struct bytes image,
		       struct hash128 content)
{
	struct bytes *parts;
	size_t count = 1;

	if (dump_may_have_parts(image)) {
		parts = arena_take(&unpack->arena, LIMIT_LOG_CRASHES,
				   sizeof(*parts));
		count = dump_split(image, &unpack->arena, parts,
				   LIMIT_LOG_CRASHES);
	}
	if (count > 1)
		give_parts(unpack, parts, count);
	else
		unpack->sink->image(unpack->sink->closure, unpack->path, image,
				    content);
	arena_reset(&unpack->arena);
}

static void take_image(struct unpack *unpack, struct level *level,
		       struct bytes head)
{
	struct bytes image;
	struct error err;

	level->is_image = true;
	level->stated = dump_stated_bytes(head);
	level->file.memory_max = LIMIT_IMAGE_MEMORY;
	if (!is_affordable(unpack, level))
		return;
	if (level->item.has_size &&
	    spool_file_expect(&level->file, level->item.size, &err)) {
		refuse(unpack, err.status, err.text);
		return;
	}
	if (!read_entry(unpack, level, UINT64_MAX))
		return;
	if (spool_file_view(&level->file, &image, &err)) {
		refuse(unpack, err.status, err.text);
		return;
	}
	give_image(unpack, image, spool_file_hash(&level->file));
}

static void take_archive(struct unpack *unpack, struct level *level)
{
	struct spool_file *file = &level->file;
	char text[64];

	if (level->depth >= unpack->limits->depth) {
		snprintf(text, sizeof(text),
			 "nested deeper than %" PRIu64 " archives",
			 unpack->limits->depth);
		refuse(unpack, STATUS_LIMIT, text);
		return;
	}
	if (!is_affordable(unpack, level) ||
	    !read_entry(unpack, level, UINT64_MAX))
		return;

	const struct archive_source source = {
		.memory = file->is_spooled ? NULL : file->memory,
		.fd = file->spool->fd,
		.offset = file->start,
		.size = file->size,
	};

	unpack_level(unpack, &source, level->depth + 1);
}

static void take_other(struct unpack *unpack, struct level *level)
{
	const bool is_empty = level->file.size == 0;

	if (level->item.is_bare && level->depth == 1)
		refuse_foreign(unpack);
	else if (naming_is_dump(unpack->path) && unpack->named++ < NAMED_MAX)
		refuse(unpack, is_empty ? STATUS_TRUNCATED : STATUS_UNSUPPORTED,
		       is_empty ? "empty" : "not a dump, whatever its name");
	else
		pass_over(unpack, level);
}

/* The first bytes of the entry, at most max of them; read as far as needed. */
static bool read_head(struct unpack *unpack, struct level *level, size_t max,
		      struct bytes *ret)
{
	struct error err;

	if (!read_entry(unpack, level, max))
		return false;
	if (spool_file_view(&level->file, ret, &err)) {
		refuse(unpack, err.status, err.text);
		return false;
	}
	/* A hole may have made it longer than was asked for. */
	if (bytes_left(ret) > max)
		*ret = bytes_part(*ret, 0, max);
	return true;
}

static void take_entry(struct unpack *unpack, struct level *level)
{
	struct spool_file *file = &level->file;
	struct bytes head;

	if (!unpack->sink->enter(unpack->sink->closure, unpack->path))
		return;
	if (!level->item.is_file)
		return;
	if (level->item.is_encrypted) {
		refuse(unpack, STATUS_ENCRYPTED, "needs a password");
		return;
	}
	spool_file_reset(file);
	file->memory_max = NESTED_MEMORY;
	level->has_more = true;
	level->is_image = false;
	if (!read_head(unpack, level, DUMP_CLAIM_BYTES, &head))
		return;
	if (dump_is_claimed(head))
		take_image(unpack, level, head);
	else if (archive_is_likely(head))
		take_archive(unpack, level);
	else if (!dump_may_be_claimed(head))
		take_other(unpack, level);
	else if (read_head(unpack, level, DUMP_TEXT_BYTES, &head)) {
		if (dump_is_claimed(head))
			take_image(unpack, level, head);
		else
			take_other(unpack, level);
	}
	spool_file_reset(file);
}

/* Set unpack->path to the entry's, in valid UTF-8. */
static void set_path(struct unpack *unpack, const struct level *level)
{
	char *end = unpack->path + level->prefix;
	size_t room = PATH_BYTES - level->prefix;
	const struct archive_item *item = &level->item;

	*end = '\0';
	if (item->is_bare)
		return;
	if (level->prefix > 0 && room > 1) {
		*end++ = '/';
		*end = '\0';
		room--;
	}
	if (!item->path_bytes) {
		snprintf(end, room, "#%" PRIu64, unpack->entries);
		return;
	}

	naming_put(bytes_of(item->path, item->path_bytes), &unpack->arena, end,
		   room);
}

static void walk_level(struct unpack *unpack, struct level *level)
{
	const struct unpack_sink *sink = unpack->sink;
	struct error err;
	bool more = true;

	while (!unpack->is_over && !archive_reader_is_over(level->reader)) {
		unpack->path[level->prefix] = '\0';
		if (!sink->enter(sink->closure, unpack->path))
			return;
		if (archive_reader_next(level->reader, &level->item, &more,
					&err)) {
			if (level->depth == 1 && unpack->entries == 0 &&
			    err.status == STATUS_UNSUPPORTED &&
			    !archive_reader_is_packed(level->reader))
				refuse_foreign(unpack);
			else
				refuse(unpack, err.status, err.text);
			return;
		}
		if (!archive_reader_is_packed(level->reader)) {
			if (level->depth == 1)
				refuse_foreign(unpack);
			return;
		}
		unpack->is_archive = true;
		if (!more) {
			/* A run of zeroes passes for an empty tar. */
			if (level->depth == 1 && !unpack->entries)
				refuse_foreign(unpack);
			return;
		}
		if (++unpack->entries > unpack->limits->entries) {
			give_up(unpack, "too many entries");
			return;
		}
		set_path(unpack, level);
		take_entry(unpack, level);
	}
}

static void unpack_level(struct unpack *unpack,
			 const struct archive_source *source, unsigned depth)
{
	const struct unpack_sink *sink = unpack->sink;
	const struct archive_beat beat = { depth == 1 ? on_read
						      : on_read_inside,
					   unpack };
	struct level level = { .depth = depth, .prefix = strlen(unpack->path) };
	struct error err;

	if (!sink->enter(sink->closure, unpack->path))
		return;
	if (archive_reader_open(source, unpack->limits->entries, beat,
				&level.reader, &err)) {
		if (depth == 1 && err.status == STATUS_UNSUPPORTED)
			refuse_foreign(unpack);
		else
			refuse(unpack, err.status, err.text);
		return;
	}
	spool_file_init(&level.file, unpack->spool, NESTED_MEMORY);
	walk_level(unpack, &level);
	spool_file_deinit(&level.file);
	archive_reader_close(level.reader);
	unpack->path[level.prefix] = '\0';
}

/* Block by block, so that a large file does not have to fit in memory. */
static bool hash_file(struct unpack *unpack, int fd, struct hash128 *ret)
{
	static uint8_t block[HASH_BLOCK];
	struct hash_stream *stream = hash_stream_create();
	uint64_t at = 0;

	while (at < unpack->input_bytes) {
		const ssize_t got = pread(fd, block, sizeof(block), (off_t)at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		hash_stream_add(stream, block, (size_t)got);
		at += (uint64_t)got;
		on_read(unpack, at);
	}
	*ret = hash_stream_128(stream);
	hash_stream_destroy(stream);
	return at >= unpack->input_bytes;
}

/* The input is a dump: examined where it is, without a copy. */
static void take_input(struct unpack *unpack, int fd)
{
	const size_t size = (size_t)unpack->input_bytes;
	struct hash128 content;

	if (!unpack->sink->enter(unpack->sink->closure, unpack->path))
		return;
	if (size > LIMIT_IMAGE_BYTES) {
		refuse(unpack, STATUS_LIMIT, "larger than any dump we read");
		return;
	}

	void *view = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);

	if (view == MAP_FAILED) {
		refuse(unpack, STATUS_IO, strerror(errno));
		return;
	}
	if (size <= LIMIT_IMAGE_MEMORY)
		content = hash_128(view, size);
	else if (!hash_file(unpack, fd, &content)) {
		munmap(view, size);
		refuse(unpack, STATUS_IO, "changed while it was read");
		return;
	}
	give_image(unpack, bytes_of(view, size), content);
	munmap(view, size);
}

/* Does a text that begins as any other turn out to be a log? */
static bool is_claimed_below(struct unpack *unpack, int fd, struct bytes head)
{
	const size_t size = unpack->input_bytes < DUMP_TEXT_BYTES
				    ? (size_t)unpack->input_bytes
				    : DUMP_TEXT_BYTES;
	void *view;
	bool is_claimed;

	if (!dump_may_be_claimed(head) ||
	    !unpack->sink->enter(unpack->sink->closure, unpack->path))
		return false;
	view = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (view == MAP_FAILED)
		return false;
	is_claimed = dump_is_claimed(bytes_of(view, size));
	munmap(view, size);
	return is_claimed;
}

bool unpack_run(int fd, uint64_t size, const struct unpack_limits *limits,
		const struct unpack_sink *sink, struct spool *spool)
{
	struct unpack unpack = { .limits = limits,
				 .sink = sink,
				 .spool = spool,
				 .budget = { .limits = limits,
					     .input_bytes = size },
				 .input_bytes = size };
	const struct archive_source source = { .fd = fd, .size = size };
	uint8_t head[DUMP_CLAIM_BYTES];
	ssize_t got;

	do
		got = pread(fd, head, sizeof(head), 0);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		refuse(&unpack, STATUS_IO, strerror(errno));
		return false;
	}
	if (got == 0) {
		refuse_foreign(&unpack);
		return false;
	}
	arena_init(&unpack.arena);

	const struct bytes front = bytes_of(head, (size_t)got);

	if (dump_is_claimed(front) || is_claimed_below(&unpack, fd, front))
		take_input(&unpack, fd);
	else
		unpack_level(&unpack, &source, 1);
	arena_deinit(&unpack.arena);
	return unpack.is_archive;
}
