/*
 * page_map.h - a bitmap of page numbers, and the pages of its set bits packed.
 *
 * The heart of bitmap dumps and of the older summary dumps, which differ in
 * the few words in front of it.
 */
#ifndef DUMP_PAGE_MAP_H
#define DUMP_PAGE_MAP_H

#include "indexer/dump/kernel_header.h"

struct page_map {
	uint64_t first_page; /* offset of the first page; need not be aligned */
	uint64_t present;    /* pages stored, as stated */
	uint64_t pages;	     /* bits, as stated */
	struct bytes bits;   /* lowest bit first; shorter if the image is */
	uint64_t options;    /* DumpOptions */
	bool is_cut;	     /* the image ends inside the bits */
};

/*
 * Fill the bits of ret, whose pages is set, from offset on.  False if there is
 * not one of them.
 */
bool page_map_bits(struct bytes image, uint64_t offset, struct page_map *ret);

/* Does the number of set bits equal the stated number of pages? */
bool page_map_agrees(const struct page_map *map);

/* Make the dump's physical ranges of it. */
void page_map_load(struct dump *dump, const struct page_map *map);

#endif
