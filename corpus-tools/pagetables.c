#include "corpus-tools/pagetables.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "corpus-tools/little.h"

/* How an address is taken apart, root first. */
struct scheme {
	uint8_t levels, entry;
	uint8_t shift[5], bits[5];
	uint64_t table_flags, leaf_flags, large_flags;
};

static const struct scheme schemes[LAYOUT_ARCHS] = {
	[LAYOUT_X86] = { 2, 4, { 22, 12 }, { 10, 10 }, 0x63, 0x163, 0x1e3 },
	[LAYOUT_X86_PAE] = { 3,
			     8,
			     { 30, 21, 12 },
			     { 2, 9, 9 },
			     0x1,
			     0x163,
			     0x1e3 },
	[LAYOUT_X64] = { 4,
			 8,
			 { 39, 30, 21, 12 },
			 { 9, 9, 9, 9 },
			 0x0a00000000000063,
			 0x0900000000000163,
			 0x0a000000000001e3 },
	[LAYOUT_X64_LA57] = { 5,
			      8,
			      { 48, 39, 30, 21, 12 },
			      { 9, 9, 9, 9, 9 },
			      0x0a00000000000063,
			      0x0900000000000163,
			      0x0a000000000001e3 },
	[LAYOUT_ARM64] = { 4,
			   8,
			   { 39, 30, 21, 12 },
			   { 9, 9, 9, 9 },
			   0x3,
			   0x00e0000000000703,
			   0x00e0000000000701 },
};

/* Page frames: tables, three scattered stretches, stretches for large pages. */
enum {
	TABLES = 0x2000,
	FIRST = 0x4000,
	SECOND = 0x8000,
	THIRD = 0x18000,
	THIRD_HIGH = 0x140000, /* above 4 GiB where pointers are wide */
	LARGE = 0x20000,
};

struct building {
	struct dead *dead;
	const struct scheme *scheme;
	struct pagetables *out;
	size_t room;
	uint8_t *root;
	uint64_t next_table, next_large;
	uint8_t **tables; /* by number of the frame, from TABLES */
	size_t table_room;
	uint64_t prototypes; /* VA of the next prototype entry */
};

static void add_frame(struct building *b, uint64_t pfn, const uint8_t *data)
{
	assert(b->out->count < b->room);
	b->out->frames[b->out->count++] =
		(struct pagetables_frame){ pfn, data };
}

static uint64_t new_table(struct building *b)
{
	const uint64_t pfn = b->next_table++;
	uint8_t *data = arena_take(b->dead->arena, 1, CANVAS_PAGE);

	assert(pfn - TABLES < b->table_room);
	b->tables[pfn - TABLES] = data;
	add_frame(b, pfn, data);
	return pfn;
}

/* The entry for va at depth, tables above it made as needed. */
static uint8_t *entry_of(struct building *b, uint64_t va, size_t depth)
{
	const struct scheme *s = b->scheme;
	uint8_t *table = b->root;

	for (size_t i = 0;; i++) {
		const uint64_t index =
			(va >> s->shift[i]) & ((1u << s->bits[i]) - 1);
		uint8_t *entry = table + index * s->entry;

		if (i == depth)
			return entry;
		uint64_t value = little_get(entry, s->entry);
		if (!value) {
			value = new_table(b) << 12 | s->table_flags;
			little_put(entry, value, s->entry);
		}
		const uint64_t pfn = (value & 0x000ffffffffff000) >> 12;
		table = b->tables[pfn - TABLES];
	}
}

/* A software entry that points at a prototype entry. */
static uint64_t prototype_entry(enum layout_arch arch, uint64_t va)
{
	switch (arch) {
	case LAYOUT_X86:
		return ((va & 0x7ffffc00) << 1) | ((va & 0x3ff) >> 1) | 0x400;
	case LAYOUT_X86_PAE:
		return va << 32 | 0x400;
	default:
		return va << 16 | 0x400;
	}
}

static void map_page(struct building *b, uint64_t va, uint64_t pfn,
		     const struct dead_special *special)
{
	const struct scheme *s = b->scheme;
	uint8_t *entry = entry_of(b, va, s->levels - 1);
	uint64_t value = pfn << 12 | s->leaf_flags;

	if (special && special->mapping == DEAD_TRANSITION) {
		value = pfn << 12 | 0x890; /* transition, not swizzled */
	} else if (special && special->mapping == DEAD_PROTOTYPE) {
		canvas_put(&b->dead->canvas, b->prototypes, value, s->entry);
		value = prototype_entry(b->dead->arch, b->prototypes);
		b->prototypes += s->entry;
	}
	little_put(entry, value, s->entry);
}

static const struct dead_special *special_of(const struct dead *dead,
					     uint64_t va, uint64_t large)
{
	for (size_t i = 0; i < dead->special_count; i++) {
		const struct dead_special *special = &dead->special[i];

		if (special->va == va)
			return special;
		if (special->mapping == DEAD_LARGE &&
		    special->va / large == va / large)
			return special;
	}
	return NULL;
}

/* A whole large page of frames, with zeroes where nothing was written. */
static void map_large(struct building *b, uint64_t va)
{
	const struct scheme *s = b->scheme;
	const uint64_t size = 1ull << s->shift[s->levels - 2];
	uint8_t *entry = entry_of(b, va, s->levels - 2);
	const uint64_t start = va / size * size;

	if (little_get(entry, s->entry))
		return;
	const uint64_t pfn = b->next_large;
	uint8_t *nothing = arena_take(b->dead->arena, 1, CANVAS_PAGE);

	little_put(entry, pfn << 12 | s->large_flags, s->entry);
	for (uint64_t i = 0; i < size / CANVAS_PAGE; i++) {
		const uint8_t *data = canvas_page_at(&b->dead->canvas,
						     start + i * CANVAS_PAGE);

		add_frame(b, pfn + i, data ? data : nothing);
	}
	b->next_large += size / CANVAS_PAGE;
}

/* The frame of page number i of count: never where the next one is. */
static uint64_t scattered(const struct dead *dead, size_t i, size_t count)
{
	static const size_t steps[] = { 7919, 104729, 1299709, 15485863 };
	size_t step = 1;

	for (size_t k = 0; k < 4 && step == 1; k++)
		if (count % steps[k] != 0)
			step = steps[k];
	const size_t mixed = (size_t)((uint64_t)i * step % count);
	const size_t third = count / 3 + 1;

	if (mixed < third)
		return FIRST + mixed;
	if (mixed < 2 * third)
		return SECOND + mixed - third;
	return (dead->pointer == 8 ? THIRD_HIGH : THIRD) + mixed - 2 * third;
}

static int by_pfn(const void *a, const void *b)
{
	const struct pagetables_frame *x = a;
	const struct pagetables_frame *y = b;

	return (x->pfn > y->pfn) - (x->pfn < y->pfn);
}

static void begin(struct building *b, struct dead *dead)
{
	const size_t pages = dead->canvas.page_count + 16;
	uint8_t *root = arena_take(dead->arena, 1, CANVAS_PAGE);

	for (size_t i = 0; i < dead->special_count; i++)
		if (dead->special[i].mapping == DEAD_PROTOTYPE &&
		    !b->prototypes)
			b->prototypes =
				dead_take(dead, CANVAS_PAGE, CANVAS_PAGE);
	b->table_room = pages * 5;
	b->room = pages + b->table_room + dead->special_count * 1024 + 64;
	b->tables = arena_take(dead->arena, b->table_room, sizeof(*b->tables));
	b->out->frames =
		arena_take(dead->arena, b->room, sizeof(*b->out->frames));
	b->out->count = 0;
	b->root = root + dead->dtb % CANVAS_PAGE;
	add_frame(b, dead->dtb / CANVAS_PAGE, root);
}

void pagetables_build(struct dead *dead, const uint8_t *low, size_t low_size,
		      struct pagetables *ret)
{
	struct building b = {
		.dead = dead,
		.scheme = &schemes[dead->arch],
		.out = ret,
		.next_table = TABLES,
		.next_large = LARGE,
	};
	const uint64_t large = 1ull << b.scheme->shift[b.scheme->levels - 2];

	begin(&b, dead);
	const struct canvas_page *pages = canvas_sorted(&dead->canvas);
	const size_t count = dead->canvas.page_count;
	for (size_t i = 0; i < count; i++) {
		const uint64_t pfn = scattered(dead, i, count);
		const struct dead_special *special =
			special_of(dead, pages[i].va, large);

		if (special && special->mapping == DEAD_ABSENT)
			continue;
		if (special && special->mapping == DEAD_LARGE) {
			map_large(&b, pages[i].va);
			continue;
		}
		map_page(&b, pages[i].va, pfn, special);
		add_frame(&b, pfn, pages[i].data);
	}
	for (size_t at = 0; low && at < low_size; at += CANVAS_PAGE)
		add_frame(&b, (PAGETABLES_LOW + at) / CANVAS_PAGE, low + at);
	qsort(ret->frames, ret->count, sizeof(*ret->frames), by_pfn);
}
