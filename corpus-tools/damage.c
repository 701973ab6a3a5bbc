#include <stdio.h>
#include <string.h>

#include "corpus-tools/buffer.h"
#include "corpus-tools/little.h"
#include "corpus-tools/random.h"
#include "corpus-tools/sink.h"
#include "corpus-tools/tools.h"
#include "signatures/base/file.h"

static const char *kind = "all";
static uint64_t seed = 1;
static uint64_t count = 1;

static const struct cli_option options[] = {
	{ "kind", 0, CLI_TEXT, &kind, "KIND",
	  "cut, flip, overlap, loop, splice, lie, or all (one by the seed)" },
	{ "seed", 0, CLI_NUMBER, &seed, "N", "another damage: 1" },
	{ "count", 0, CLI_NUMBER, &count, "N",
	  "many copies, with the seeds that follow; OUT is a folder or .tar" },
	CLI_END,
};

/* Half of all damage goes where the structures are. */
static size_t somewhere(struct random_source *random, size_t size)
{
	if (size > 0x4000 && random_below(random, 2))
		size = 0x4000;
	return (size_t)random_below(random, size);
}

/* The file ends early. */
static void cut(struct buffer *image, struct random_source *random)
{
	image->size = somewhere(random, image->size);
}

/* A few bits are wrong. */
static void flip(struct buffer *image, struct random_source *random)
{
	const uint64_t bits = 1 + random_below(random, 64);

	for (uint64_t i = 0; i < bits; i++)
		image->data[somewhere(random, image->size)] ^=
			(uint8_t)(1u << random_below(random, 8));
}

/* One part lies over another. */
static void overlap(struct buffer *image, struct random_source *random)
{
	const size_t from = somewhere(random, image->size);
	const size_t to = somewhere(random, image->size);
	const size_t most = image->size - (from > to ? from : to);
	const size_t size = 1 + (size_t)random_below(random, most);

	memmove(image->data + to, image->data + from,
		size < 65536 ? size : 65536);
}

static size_t numbers_in(const struct buffer *image, size_t bytes)
{
	return image->size / bytes;
}

/* The nth aligned number from a random one on that is in [low, high). */
static size_t find_number(const struct buffer *image,
			  struct random_source *random, size_t bytes,
			  uint64_t low, uint64_t high)
{
	const size_t total = numbers_in(image, bytes);
	size_t at = somewhere(random, image->size) / bytes;

	for (size_t tries = 0; tries < 65536 && total; tries++, at++) {
		const size_t offset = at % total * bytes;
		const uint64_t value = little_get(image->data + offset, bytes);

		if (value >= low && value < high)
			return offset;
	}
	return 0;
}

/* Links lead back: a pointer or an offset becomes another one of the file. */
static void loop(struct buffer *image, struct random_source *random)
{
	const bool pointers = random_below(random, 2);
	const size_t bytes = pointers ? 8 : 4;
	const uint64_t low = pointers ? 0xffff800000000000 : 0x100;
	const uint64_t high = pointers ? UINT64_MAX : image->size;
	const uint64_t links = 1 + random_below(random, 8);

	if (image->size < 16)
		return;
	for (uint64_t i = 0; i < links; i++) {
		const size_t from =
			find_number(image, random, bytes, low, high);
		const size_t to = find_number(image, random, bytes, low, high);

		memmove(image->data + to, image->data + from, bytes);
	}
}

/* Bytes are missing in the middle, or there are too many. */
static void splice(struct buffer *image, struct random_source *random)
{
	const size_t at = somewhere(random, image->size);
	const size_t most = image->size - at < 65536 ? image->size - at : 65536;
	const size_t size = 1 + (size_t)random_below(random, most);

	if (random_below(random, 2)) {
		memmove(image->data + at, image->data + at + size,
			image->size - at - size);
		image->size -= size;
		return;
	}
	buffer_grow(image, size);
	memmove(image->data + at + size, image->data + at,
		image->size - at - size);
}

/* Sizes, counts and offsets are not what they were. */
static void lie(struct buffer *image, struct random_source *random)
{
	const uint64_t lies[] = {
		0,
		1,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0xfffffff0,
		0x10000,
		image->size,
		image->size - 1,
		image->size + 1,
	};
	const uint64_t changes = 1 + random_below(random, 4);

	if (image->size < 16)
		return;
	for (uint64_t i = 0; i < changes; i++) {
		const size_t at = find_number(image, random, 4, 1, image->size);
		const uint64_t old = little_get(image->data + at, 4);
		const uint64_t choice = random_below(random, 13);

		little_put(image->data + at,
			   choice < 10	  ? lies[choice]
			   : choice == 10 ? old + 1
			   : choice == 11 ? old - 1
					  : old * 16,
			   4);
	}
}

static const struct {
	const char *name;
	void (*harm)(struct buffer *image, struct random_source *random);
} kinds[] = {
	{ "cut", cut },	  { "flip", flip },	{ "overlap", overlap },
	{ "loop", loop }, { "splice", splice }, { "lie", lie },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static enum status harm(struct buffer *image, uint64_t with, struct error *err)
{
	struct random_source random = { with };
	size_t chosen = (size_t)random_below(&random, KINDS);

	if (strcmp(kind, "all") != 0) {
		for (chosen = 0; chosen < KINDS; chosen++)
			if (!strcmp(kind, kinds[chosen].name))
				break;
	}
	if (chosen == KINDS)
		return error_set(err, STATUS_USAGE, "%s: no such kind", kind);
	if (image->size)
		kinds[chosen].harm(image, &random);
	return STATUS_OK;
}

static enum status copies(const struct file_view *view, struct sink *sink,
			  struct error *err)
{
	enum status status = STATUS_OK;
	struct buffer image;
	char name[64];

	buffer_init(&image);
	for (uint64_t i = 0; i < count && !status; i++) {
		buffer_clear(&image);
		buffer_append(&image, view->data, view->size);
		status = harm(&image, seed + i, err);
		snprintf(name, sizeof(name), "%s-%llu.dmp", kind,
			 (unsigned long long)(seed + i));
		if (!status)
			status = sink_put(sink, name, &image, 0, err);
	}
	buffer_deinit(&image);
	return status;
}

static enum status run(int argc, char **argv, enum cli_exit *ret,
		       struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;
	struct file_view view;
	struct sink sink;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count != 2)
		return error_set(err, STATUS_USAGE,
				 "damage: IN and OUT wanted");
	if (file_map(operands.at[0], &view, err))
		return error_within(err, "damage");
	enum status status = sink_open(operands.at[1], count != 1, &sink, err);
	if (!status)
		status = copies(&view, &sink, err);
	file_unmap(&view);
	if (status)
		return error_within(err, "damage");
	*ret = CLI_YES;
	return sink_close(&sink, err);
}

const struct tools_command damage_command = {
	.name = "damage",
	.run = run,
	.options = options,
	.operands = "IN OUT",
	.help = "make a broken copy of a dump",
	.manual = NULL,
};
