/*
 * pagefile.h - the pages of LMDB's file, read and kept, or let pass.
 *
 * What a page says is for pages.h to know.
 */
#ifndef STORE_PAGEFILE_H
#define STORE_PAGEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "signatures/base/arena.h"

#define PAGEFILE_PASSING 64 /* as many as the processor has near at hand */

struct pagefile {
	int fd;
	size_t page_bytes;
	uint64_t file_bytes;
	struct pagefile_slot *slots;
	size_t slot_count; /* a power of two */
	size_t slots_used;
	size_t kept, kept_most; /* bytes */
	bool is_full;		/* something could not be kept */
	struct arena arena;
	uint64_t passing[PAGEFILE_PASSING]; /* numbers of those in room */
	uint8_t *passing_room;
	uint64_t last_passed;
};

/* Borrows the file. */
void pagefile_init(struct pagefile *file, int fd, size_t page_bytes,
		   size_t kept_most);
void pagefile_deinit(struct pagefile *file);

/* The bytes of a page from offset on, and of those behind it. */
bool pagefile_has(const struct pagefile *file, uint64_t number, size_t offset,
		  size_t size);
bool pagefile_read(const struct pagefile *file, uint64_t number, size_t offset,
		   size_t size, uint8_t *to);

/* Memory for what is kept, NULL if that becomes too much. */
uint8_t *pagefile_room(struct pagefile *file, size_t size);

/* NULL if it is not kept. */
const uint8_t *pagefile_kept(const struct pagefile *file, uint64_t number);
/* NULL if it cannot be kept, or read. */
const uint8_t *pagefile_get(struct pagefile *file, uint64_t number);

/* Until some other page is let pass; NULL if it cannot be read. */
const uint8_t *pagefile_pass(struct pagefile *file, uint64_t number);
/* What was let pass, if it can be; gives what is there from now on. */
const uint8_t *pagefile_keep(struct pagefile *file, uint64_t number,
			     const uint8_t *page);

#endif
