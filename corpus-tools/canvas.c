#include "corpus-tools/canvas.h"

#include <stdlib.h>
#include <string.h>

#include "corpus-tools/little.h"

void canvas_init(struct canvas *canvas, struct arena *arena)
{
	canvas->arena = arena;
	canvas->slot_count = 256;
	canvas->page_count = 0;
	canvas->slots =
		arena_take(arena, canvas->slot_count, sizeof(*canvas->slots));
}

static size_t home(uint64_t va, size_t slot_count)
{
	uint64_t mixed = (va / CANVAS_PAGE) * 0x9e3779b97f4a7c15u;

	return (size_t)(mixed >> 32) & (slot_count - 1);
}

static struct canvas_page *slot_of(struct canvas_page *slots, size_t count,
				   uint64_t va)
{
	size_t i = home(va, count);

	while (slots[i].data && slots[i].va != va)
		i = (i + 1) & (count - 1);
	return &slots[i];
}

static void enlarge(struct canvas *canvas)
{
	const size_t count = canvas->slot_count * 2;
	struct canvas_page *slots =
		arena_take(canvas->arena, count, sizeof(*slots));

	for (size_t i = 0; i < canvas->slot_count; i++)
		if (canvas->slots[i].data)
			*slot_of(slots, count, canvas->slots[i].va) =
				canvas->slots[i];
	canvas->slots = slots;
	canvas->slot_count = count;
}

uint8_t *canvas_page_at(const struct canvas *canvas, uint64_t va)
{
	va &= ~(uint64_t)(CANVAS_PAGE - 1);
	return slot_of(canvas->slots, canvas->slot_count, va)->data;
}

static uint8_t *make(struct canvas *canvas, uint64_t va)
{
	va &= ~(uint64_t)(CANVAS_PAGE - 1);
	struct canvas_page *slot =
		slot_of(canvas->slots, canvas->slot_count, va);

	if (slot->data)
		return slot->data;
	if (canvas->page_count * 2 >= canvas->slot_count) {
		enlarge(canvas);
		slot = slot_of(canvas->slots, canvas->slot_count, va);
	}
	slot->va = va;
	slot->data = arena_take(canvas->arena, 1, CANVAS_PAGE);
	canvas->page_count++;
	return slot->data;
}

static size_t piece(uint64_t va, size_t size)
{
	const size_t left = CANVAS_PAGE - (size_t)(va % CANVAS_PAGE);

	return size < left ? size : left;
}

void canvas_write(struct canvas *canvas, uint64_t va, const void *data,
		  size_t size)
{
	const uint8_t *from = data;

	while (size > 0) {
		const size_t part = piece(va, size);

		memcpy(make(canvas, va) + va % CANVAS_PAGE, from, part);
		va += part;
		from += part;
		size -= part;
	}
}

void canvas_put(struct canvas *canvas, uint64_t va, uint64_t value,
		size_t bytes)
{
	uint8_t raw[8];

	little_put(raw, value, bytes);
	canvas_write(canvas, va, raw, bytes);
}

bool canvas_read(const struct canvas *canvas, uint64_t va, void *data,
		 size_t size)
{
	uint8_t *to = data;
	bool whole = true;

	while (size > 0) {
		const size_t part = piece(va, size);
		const uint8_t *page = canvas_page_at(canvas, va);

		if (page)
			memcpy(to, page + va % CANVAS_PAGE, part);
		else
			memset(to, 0, part);
		whole = whole && page;
		va += part;
		to += part;
		size -= part;
	}
	return whole;
}

void canvas_touch(struct canvas *canvas, uint64_t va, size_t size)
{
	for (size_t done = 0; done < size;) {
		make(canvas, va + done);
		done += piece(va + done, size - done);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct canvas_page *x = a;
	const struct canvas_page *y = b;

	return (x->va > y->va) - (x->va < y->va);
}

struct canvas_page *canvas_sorted(const struct canvas *canvas)
{
	struct canvas_page *pages = arena_take(
		canvas->arena, canvas->page_count + 1, sizeof(*pages));
	size_t count = 0;

	for (size_t i = 0; i < canvas->slot_count; i++)
		if (canvas->slots[i].data)
			pages[count++] = canvas->slots[i];
	qsort(pages, count, sizeof(*pages), by_address);
	return pages;
}
