/*
 * image.h - a PE image of the dead machine: headers, sections, directories.
 *
 * One face for two sources: an image mapped in memory, read through the page
 * tables and full of holes, and a file of a symbol store, laid out by file
 * offsets.  Everything is bounded; a field that is not there is zero.
 */
#ifndef TARGET_IMAGE_H
#define TARGET_IMAGE_H

#include "indexer/target/target.h"

#define IMAGE_SECTIONS 96 /* the loader's own bound */

struct image_section {
	uint32_t rva;
	uint32_t bytes; /* in memory */
	uint32_t file_offset;
	uint32_t file_bytes;
	bool executable;
};

struct image_part {
	uint32_t rva;
	uint32_t bytes;
};

struct image {
	const struct target *target; /* with base; or NULL with file */
	uint64_t base;
	struct bytes file;

	bool is_wide; /* PE32+ */
	uint32_t timestamp;
	uint32_t bytes; /* SizeOfImage */
	struct image_section *sections;
	size_t section_count;
	struct image_part exports;
	struct image_part pdata;
};

/* The image mapped at base; false when its headers are not present. */
bool image_at(const struct target *target, uint64_t base, struct image *ret);

/* A whole PE file; ret borrows file. */
bool image_of(struct bytes file, struct arena *arena, struct image *ret);

/*
 * The bytes from rva on that are present without a gap, at most size; failed
 * when the first is not.
 */
struct bytes image_view(const struct image *image, uint32_t rva, uint32_t size);

/* All size bytes or false with buf zeroed. */
bool image_read(const struct image *image, uint32_t rva, void *buf,
		uint32_t size);

bool image_is_code(const struct image *image, uint32_t rva);

/* The exported function that starts closest below rva; NULL when none. */
const char *image_export_below(const struct image *image, uint32_t rva,
			       struct arena *arena, uint32_t *start);

#endif
