/*
 * minidump_lists.c - streams 3, 4, 5, 9 and e.
 *
 *     thread (30)      module (6c)        unloaded (as the stream says)
 *      0 id             0 base (u64)       0 base (u64)
 *     18 stack va      8 size              8 size
 *     20 stack size   10 TimeDateStamp    14 name
 *     24 stack offset 14 name
 *     28 context size                     memory (10)     memory64 (10)
 *     2c context      name: u32 bytes,     0 va (u64)      0 va (u64)
 *        offset             UTF-16         8 size, offset  8 size (u64)
 *
 * Threads, modules and memory begin with their count (u32), which some writers
 * pad to 8 bytes; memory64 with {u64 count, u64 offset of the first byte}.
 *
 * Source: minidumpapiset.h; rust-minidump and breakpad agree.
 */
#include "indexer/dump/minidump_lists.h"

#include "indexer/dump/ranges.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define THREAD_BYTES 0x30
#define MODULE_BYTES 0x6c
#define MEMORY_BYTES 0x10
#define LARGEST_UNLOADED_ENTRY 4096

/* A list behind its count: entries of one size, as many as are there. */
struct list {
	struct bytes entries;
	uint32_t entry_bytes;
	size_t count; /* not above the limit, nor what the stream holds */
	size_t lost;  /* entries stated beyond that */
};

static struct list list_of(struct bytes entries, uint32_t entry_bytes,
			   uint64_t count, size_t limit)
{
	const size_t room = bytes_left(&entries) / entry_bytes;
	const size_t most = room < limit ? room : limit;
	const size_t kept = count < most ? (size_t)count : most;

	return (struct list){ entries, entry_bytes, kept,
			      (size_t)(count - kept) };
}

static struct list counted_list(struct bytes stream, uint32_t entry_bytes,
				size_t limit)
{
	const uint32_t count = bytes_u32(&stream);

	if (bytes_left(&stream) == (uint64_t)count * entry_bytes + 4)
		bytes_skip(&stream, 4);
	return list_of(stream, entry_bytes, count, limit);
}

static struct bytes list_next(struct list *list)
{
	struct bytes entry = list->entries;

	entry.end = entry.next + list->entry_bytes;
	entry.start = entry.next;
	bytes_skip(&list->entries, list->entry_bytes);
	return entry;
}

static void report(struct dump *dump, const char *what, size_t lost)
{
	if (lost == 0)
		return;
	dump->crash->image.complete = false;
	crash_problem(dump->crash, dump->arena, "%s: %zu outside the image",
		      what, lost);
}

static uint64_t take_address(const struct dump *dump, struct bytes *in)
{
	const uint64_t va = bytes_u64(in);

	return dump->pointer_bytes == 4 ? va & UINT32_MAX : va;
}

static const char *name_at(struct dump *dump, uint32_t offset)
{
	struct bytes in = bytes_part(dump->image, offset, 4);
	const uint32_t size = bytes_u32(&in);
	struct bytes text;

	if (in.failed || size > 2 * LIMIT_TEXT_BYTES)
		return "";
	text = bytes_part(dump->image, (uint64_t)offset + 4, size);
	if (text.failed)
		return "";
	return text_file_name(dump->arena, text_from_utf16(dump->arena, text));
}

void minidump_lists_modules(struct dump *dump, struct bytes stream)
{
	struct list list = counted_list(stream, MODULE_BYTES, LIMIT_MODULES);
	struct crash *crash = dump->crash;

	crash->modules = arena_take(dump->arena, list.count + !list.count,
				    sizeof(*crash->modules));
	for (size_t i = 0; i < list.count; i++) {
		struct bytes in = list_next(&list);
		struct crash_module module = { 0 };

		module.base = take_address(dump, &in);
		module.bytes = bytes_u32(&in);
		bytes_skip(&in, 4);
		module.build = (uint64_t)bytes_u32(&in) << 32 | module.bytes;
		module.name = name_at(dump, bytes_u32(&in));
		if (module.name[0] == '\0')
			list.lost++;
		else
			crash->modules[crash->module_count++] = module;
	}
	report(dump, "module list", list.lost);
}

void minidump_lists_unloaded(struct dump *dump, struct bytes stream)
{
	const uint32_t header_bytes = bytes_u32(&stream);
	const uint32_t entry_bytes = bytes_u32(&stream);
	const uint32_t count = bytes_u32(&stream);
	struct crash *crash = dump->crash;
	struct list list;

	bytes_skip(&stream, header_bytes < 12 ? 0 : header_bytes - 12);
	if (stream.failed || entry_bytes < 0x18 ||
	    entry_bytes > LARGEST_UNLOADED_ENTRY) {
		report(dump, "unloaded modules", count);
		return;
	}
	list = list_of(stream, entry_bytes, count, LIMIT_UNLOADED);
	crash->unloaded = arena_take(dump->arena, list.count + !list.count,
				     sizeof(*crash->unloaded));
	for (size_t i = 0; i < list.count; i++) {
		struct bytes in = list_next(&list);
		struct crash_unloaded module = { 0 };

		module.base = take_address(dump, &in);
		module.bytes = bytes_u32(&in);
		bytes_skip(&in, 8);
		module.name = name_at(dump, bytes_u32(&in));
		if (module.name[0] == '\0')
			list.lost++;
		else
			crash->unloaded[crash->unloaded_count++] = module;
	}
	report(dump, "unloaded modules", list.lost);
}

void minidump_lists_threads(struct dump *dump, struct bytes stream)
{
	struct list list = counted_list(stream, THREAD_BYTES, LIMIT_THREADS);

	dump->threads = arena_take(dump->arena, list.count + !list.count,
				   sizeof(*dump->threads));
	for (size_t i = 0; i < list.count; i++) {
		struct bytes in = list_next(&list);
		struct dump_thread *thread =
			&dump->threads[dump->thread_count++];

		thread->id = bytes_u32(&in);
		bytes_skip(&in, 0x24);

		const uint32_t size = bytes_u32(&in);
		const uint32_t offset = bytes_u32(&in);

		thread->context =
			size == 0 ? bytes_absent()
				  : bytes_part(dump->image, offset, size);
		list.lost += size != 0 && thread->context.failed;
	}
	report(dump, "thread list", list.lost);
}

void minidump_lists_stack(struct dump *dump, struct bytes threads, uint32_t id)
{
	struct list list = counted_list(threads, THREAD_BYTES, LIMIT_THREADS);

	for (size_t i = 0; i < list.count; i++) {
		struct bytes in = list_next(&list);

		if (bytes_u32(&in) != id)
			continue;
		bytes_skip(&in, 0x14);
		dump->stack_start = take_address(dump, &in);

		const uint32_t size = bytes_u32(&in);
		const uint32_t offset = bytes_u32(&in);

		dump->stack = size == 0 ? bytes_absent()
					: bytes_part(dump->image, offset, size);
		return;
	}
}

/* Entries whose last three fields are address, size and offset. */
static size_t add_pieces(struct dump *dump, struct list *list, uint32_t skip)
{
	size_t lost = list->lost;

	for (size_t i = 0; i < list->count; i++) {
		struct bytes in = list_next(list);

		bytes_skip(&in, skip);

		const uint64_t va = take_address(dump, &in);
		const uint32_t size = bytes_u32(&in);
		const uint32_t offset = bytes_u32(&in);

		lost += !ranges_add(&dump->virtual, dump->image, va, size,
				    offset);
	}
	return lost;
}

static size_t add_packed(struct dump *dump, struct list *list, uint64_t offset)
{
	size_t lost = list->lost;

	for (size_t i = 0; i < list->count; i++) {
		struct bytes in = list_next(list);
		const uint64_t va = take_address(dump, &in);
		const uint64_t size = bytes_u64(&in);

		if (size > UINT64_MAX - offset)
			return lost + (list->count - i);
		lost += !ranges_add(&dump->virtual, dump->image, va, size,
				    offset);
		offset += size;
	}
	return lost;
}

void minidump_lists_memory(struct dump *dump, struct bytes threads,
			   struct bytes memory, struct bytes memory64)
{
	struct list stacks = counted_list(threads, THREAD_BYTES, LIMIT_THREADS);
	struct list pieces = counted_list(memory, MEMORY_BYTES, LIMIT_RANGES);
	const uint64_t count = bytes_u64(&memory64);
	const uint64_t offset = bytes_u64(&memory64);
	struct list packed =
		list_of(memory64, MEMORY_BYTES, count, LIMIT_RANGES);
	size_t lost;

	ranges_init(&dump->virtual, dump->arena,
		    stacks.count + pieces.count + packed.count);
	stacks.lost = 0; /* minidump_lists_threads() has said so */
	lost = add_pieces(dump, &stacks, 0x18);
	lost += add_pieces(dump, &pieces, 0);
	lost += add_packed(dump, &packed, offset);
	report(dump, "memory list", lost);
	ranges_settle(&dump->virtual);
}
