/*
 * canvas.h - the virtual memory of a dead machine, page by page.
 *
 * Pages come to be when something is written into them; what was never written
 * is not there.
 */
#ifndef CORPUS_TOOLS_CANVAS_H
#define CORPUS_TOOLS_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"

#define CANVAS_PAGE 4096u

struct canvas_page {
	uint64_t va;
	uint8_t *data; /* CANVAS_PAGE bytes */
};

struct canvas {
	struct arena *arena; /* borrowed; holds the pages */
	struct canvas_page *slots;
	size_t slot_count; /* a power of two */
	size_t page_count;
};

void canvas_init(struct canvas *canvas, struct arena *arena);

void canvas_write(struct canvas *canvas, uint64_t va, const void *data,
		  size_t size);
void canvas_put(struct canvas *canvas, uint64_t va, uint64_t value,
		size_t bytes);

/* Zeroes where nothing was written; false if any page was not there. */
bool canvas_read(const struct canvas *canvas, uint64_t va, void *data,
		 size_t size);

/* Make the pages of a range exist. */
void canvas_touch(struct canvas *canvas, uint64_t va, size_t size);

/* The page's bytes, or NULL. */
uint8_t *canvas_page_at(const struct canvas *canvas, uint64_t va);

/* All pages by rising address; page_count of them, in the arena. */
struct canvas_page *canvas_sorted(const struct canvas *canvas);

#endif
