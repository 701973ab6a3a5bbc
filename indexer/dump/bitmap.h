/*
 * bitmap.h - dumps of Windows 8 and later: a bitmap says which pages follow.
 */
#ifndef DUMP_BITMAP_H
#define DUMP_BITMAP_H

#include "indexer/dump/page_map.h"

/* Such a header, and a bitmap with as many pages as it says. */
bool bitmap_fits(const struct dump *dump, const struct kernel_header *header);

void bitmap_read(struct dump *dump, const struct kernel_header *header);

/* Is there such a header behind the first one?  Fills ret if so. */
bool bitmap_find(const struct dump *dump, const struct kernel_header *header,
		 struct page_map *ret);

/* Read what bitmap_find() found. */
void bitmap_load(struct dump *dump, const struct kernel_header *header,
		 const struct page_map *map);

#endif
