#include "indexer/target/values.h"

#include <stdlib.h>
#include <string.h>

#include "indexer/target/code.h"
#include "indexer/target/oddities.h"
#include "indexer/target/pool_page.h"
#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/meaning.h"

enum {
	BEFORE_BYTES = 64, /* what was written began before it was noticed */
	WINDOW_BYTES = 256,
	KIND_MOST = LIMIT_VALUES / 2, /* damaged ones, and sound ones */
	SMALL = 0x10000,
	/* Images looked through for the words: drivers, then Windows' own. */
	SEARCH_BYTES_MOST = 64 * 1024 * 1024,
	PROBE_COST = 64, /* bytes: what a page that is absent costs */
	TAILS = 65536	 /* of two bytes */
};

#define USER_HIGH_MOST 0x7fffu /* upper half of a pointer into a process */
/* Above it the HAL maps its own, at the same address on all machines. */
#define HAL_LEAST 0xff000000u

struct gathering {
	struct target *target;
	struct crash_value values[LIMIT_VALUES];
	size_t count;
	size_t of_kind[2]; /* damaged, sound */
};

/* One byte over and over: memory that was filled, not written. */
static bool is_filling(uint64_t word, unsigned bytes)
{
	const uint64_t all = bytes == 8 ? UINT64_MAX : UINT32_MAX;

	return word == ((word & 0xff) * UINT64_C(0x0101010101010101) & all);
}

/* Four characters, or the letters of two: a tag, a piece of a name. */
static bool is_text(uint32_t half)
{
	unsigned printable = 0;

	for (unsigned i = 0; i < 4; i++) {
		const unsigned c = half >> 8 * i & 0xff;

		printable += c >= 0x20 && c <= 0x7e;
	}
	return printable == 4 || oddities_is_utf16(half, 4);
}

/* Kernel addresses of a 32-bit system are half of all words. */
static bool is_pointer(const struct target *target, uint64_t word)
{
	if (target->dump->pointer_bytes == 8)
		return space_is_kernel(target, word) ||
		       word >> 32 <= USER_HIGH_MOST;
	return space_is_kernel(target, word);
}

static bool is_telling_half(uint32_t half)
{
	return half >= SMALL && half <= UINT32_MAX - SMALL && half % SMALL &&
	       !is_filling(half, 4) && !is_text(half);
}

bool values_is_telling(const struct target *target, uint64_t word,
		       unsigned bytes)
{
	const uint32_t low = (uint32_t)word;
	const uint32_t high = (uint32_t)(word >> 32);

	if (bytes == 4)
		return is_telling_half(low) &&
		       (target->dump->pointer_bytes == 8 ||
			!is_pointer(target, word));
	return is_telling_half(low) && is_telling_half(high) &&
	       !is_pointer(target, word);
}

static void add(struct gathering *to, uint64_t word, bool sound)
{
	if (to->of_kind[sound] == KIND_MOST)
		return;
	for (size_t i = 0; i < to->count; i++)
		if (to->values[i].word == word &&
		    to->values[i].is_sound == sound)
			return;
	to->of_kind[sound]++;
	to->values[to->count++] =
		(struct crash_value){ .word = word, .is_sound = sound };
}

/* A pointer is one piece; a number with its sign is its low half. */
static bool is_halved(const struct target *target, uint64_t word)
{
	const uint64_t high = word >> 32;

	return high == 0 || !is_pointer(target, word) ||
	       (high == UINT32_MAX && (uint32_t)word < HAL_LEAST);
}

static void add_word(struct gathering *to, uint64_t word, bool sound)
{
	const struct target *target = to->target;
	const uint32_t low = (uint32_t)word;
	const uint32_t high = (uint32_t)(word >> 32);

	if (target->dump->pointer_bytes == 8) {
		if (values_is_telling(target, word, 8))
			add(to, word, sound);
		if (!is_halved(target, word))
			return;
		if (values_is_telling(target, high, 4))
			add(to, high, sound);
	}
	if (values_is_telling(target, low, 4))
		add(to, low, sound);
}

/* What of [from, from + size) is present, and of one page. */
static void add_memory(struct gathering *to, uint64_t from, uint64_t size,
		       bool sound)
{
	const unsigned width = to->target->dump->pointer_bytes;
	uint64_t word;

	from -= from % width;
	for (uint64_t at = 0; at + width <= size; at += width)
		if (space_pointer(to->target, from + at, &word))
			add_word(to, word, sound);
}

/* From a little before va, up to the page's end. */
static void add_damage(struct gathering *to, uint64_t va)
{
	const uint64_t offset = va % POOL_PAGE_BYTES;
	const uint64_t before = offset < BEFORE_BYTES ? offset : BEFORE_BYTES;
	const uint64_t left = POOL_PAGE_BYTES - (offset - before);

	add_memory(to, va - before, left < WINDOW_BYTES ? left : WINDOW_BYTES,
		   false);
}

/* The page where it lies farthest from va. */
static void add_opposite(struct gathering *to, uint64_t va)
{
	const uint64_t page = va - va % POOL_PAGE_BYTES;
	const uint64_t half = POOL_PAGE_BYTES / 2;

	add_memory(to, page + (va % POOL_PAGE_BYTES < half ? half + 512 : 512),
		   WINDOW_BYTES, true);
}

/* The blocks before the one in front of the break, nearest first. */
static void add_sound_blocks(struct gathering *to, const struct pool_page *page)
{
	const uint32_t header = pool_header_bytes(to->target);
	uint64_t left = WINDOW_BYTES;

	for (size_t i = page->count - 1; i > 0 && left > 0; i--) {
		const struct pool_header *block = &page->blocks[i - 1];
		uint64_t size = block->bytes - header;

		size = size < left ? size : left;
		add_memory(to, block->va + header, size, true);
		left -= size;
	}
}

static void add_pool(struct gathering *to, uint64_t va)
{
	struct pool_page page;

	if (pool_page_walk(to->target, va, &page) && page.broken_at) {
		add_damage(to, page.broken_at);
		add_sound_blocks(to, &page);
	} else {
		add_damage(to, va);
		add_opposite(to, va);
	}
}

static void gather(struct gathering *to)
{
	const struct crash *crash = to->target->crash;
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;
	const char *class =
		bugcheck->code.known
			? meaning_class((uint32_t)bugcheck->code.value)
			: NULL;
	const bool is_pool = class && strcmp(class, "pool") == 0;

	for (unsigned i = 0; class && i < 4; i++) {
		const uint64_t va = bugcheck->args[i].value;
		const enum role role = meaning_argument(bugcheck, i);

		if (!bugcheck->args[i].known)
			continue;
		if (role == ROLE_BAD_ADDRESS &&
		    !space_is_kernel(to->target, va))
			add_word(to, va, false);
		if (!space_is_kernel(to->target, va) ||
		    crash_module_at(crash, va))
			continue;
		if (is_pool &&
		    (role == ROLE_POOL_BLOCK || role == ROLE_CORRUPT_ADDRESS))
			add_pool(to, va);
		else if (role == ROLE_BAD_ADDRESS) {
			add_damage(to, va);
			add_opposite(to, va);
		}
	}
}

struct search {
	struct gathering *values;
	struct code *code;
	bool begins[TAILS]; /* a word begins with these two bytes */
	uint64_t left;
};

static unsigned value_bytes(const struct crash_value *value)
{
	return value->word > UINT32_MAX ? 8 : 4;
}

static uint64_t number_at(const uint8_t *at, unsigned bytes)
{
	struct bytes in = bytes_of(at, bytes);

	return bytes == 8 ? bytes_u64(&in) : bytes_u32(&in);
}

/* Words that begin in the first size bytes of raw, of which all are there. */
static void search_piece(struct search *search,
			 const struct crash_module *module, uint64_t offset,
			 const uint8_t *raw, size_t size)
{
	struct gathering *values = search->values;

	for (size_t at = 0; at + 4 <= size; at++) {
		if (!search->begins[raw[at] | raw[at + 1] << 8])
			continue;
		for (size_t i = 0; i < values->count; i++) {
			struct crash_value *value = &values->values[i];
			const unsigned bytes = value_bytes(value);

			if (value->is_sound || value->module ||
			    at + bytes > size ||
			    number_at(raw + at, bytes) != value->word)
				continue;
			value->module = crash_module_canonical(module->name);
			value->build = module->build;
			value->offset = (uint32_t)(offset + at);
		}
	}
}

/* Page by page, with the end of the one before. */
static void search_module(struct search *search,
			  const struct crash_module *module)
{
	enum {
		TAIL = 7
	};
	uint8_t raw[TAIL + POOL_PAGE_BYTES];
	uint64_t offset = 0;
	size_t tail = 0;

	while (offset < module->bytes && search->left > 0) {
		const uint64_t va = module->base + offset;
		const uint64_t room = POOL_PAGE_BYTES - va % POOL_PAGE_BYTES;
		struct bytes in = code_view(search->code, va,
					    room < module->bytes - offset
						    ? room
						    : module->bytes - offset);
		size_t size = in.failed ? 0 : bytes_left(&in);

		search->left -= search->left < size + PROBE_COST
					? search->left
					: size + PROBE_COST;
		if (size == 0) {
			tail = 0;
			offset += room;
			continue;
		}
		bytes_copy(&in, raw + tail, size);
		search_piece(search, module, offset - tail, raw, tail + size);
		offset += size;
		size += tail;
		tail = size < TAIL ? size : TAIL;
		memmove(raw, raw + size - tail, tail);
	}
}

/* Third-party code first: it is rarer, and it is more often to blame. */
static void search_modules(struct gathering *values)
{
	struct target *target = values->target;
	const struct crash *crash = target->crash;
	struct search *search = arena_take(target->arena, 1, sizeof(*search));

	search->values = values;
	search->code = code_create(target);
	search->left = SEARCH_BYTES_MOST;
	for (size_t i = 0; i < values->count; i++)
		if (!values->values[i].is_sound)
			search->begins[values->values[i].word & 0xffff] = true;
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < crash->module_count; i++)
			if ((osmodule_tier(crash_module_canonical(
				     crash->modules[i].name)) ==
			     OSMODULE_ABSENT) == (pass == 0))
				search_module(search, &crash->modules[i]);
}

static int by_word(const void *left, const void *right)
{
	const struct crash_value *a = left;
	const struct crash_value *b = right;

	if (a->is_sound != b->is_sound)
		return a->is_sound ? 1 : -1;
	return (a->word > b->word) - (a->word < b->word);
}

void values_examine(struct target *target)
{
	struct crash *crash = target->crash;
	struct gathering *to;

	if (!target->wants_values || crash->image.kind == CRASH_USER_MINI)
		return;
	to = arena_take(target->arena, 1, sizeof(*to));
	to->target = target;
	gather(to);
	if (to->of_kind[false] == 0)
		return;
	search_modules(to);
	qsort(to->values, to->count, sizeof(*to->values), by_word);
	crash->values = to->values;
	crash->value_count = to->count;
}
