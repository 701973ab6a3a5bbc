/*
 * images.h - PE files given beside the dumps (--images=DIR): lookup only.
 *
 * Whoever may open files (the parent of the workers) maps them beforehand; here
 * they are views in a table.  The key is what a dump knows of a module: its
 * lower-case file name and its build.
 */
#ifndef TARGET_IMAGES_H
#define TARGET_IMAGES_H

#include <stddef.h>

#include "signatures/base/bytes.h"
#include "signatures/crash.h"

struct images_entry {
	const char *name; /* lower case; lives as long as the table */
	crash_build build;
	struct bytes file; /* the whole PE file, mapped */
};

struct images {
	struct images_entry *entry;
	size_t count;
};

/* Bring the table into the order images_find() needs. */
void images_sort(struct images *images);

/* The file of that build; failed when there is none.  images may be NULL. */
struct bytes images_find(const struct images *images, const char *name,
			 crash_build build);

#endif
