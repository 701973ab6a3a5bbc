/*
 * memory.h - a small dead machine for tests: 64 pages of physical memory and
 * page tables written by hand.
 */
#ifndef TESTS_UNIT_MEMORY_H
#define TESTS_UNIT_MEMORY_H

#include <string.h>

#include "indexer/target/target.h"

#define MEMORY_PAGES 64
#define MEMORY_START 0x100000u /* physical; page n is at + n * 4096 */

struct memory {
	uint8_t raw[MEMORY_PAGES * 4096];
	struct dump_range range;
	struct arena arena;
	struct crash crash;
	struct dump dump;
	struct target target;
};

/* Begin anew; m is static, so the first time its arena is empty. */
static inline void memory_init(struct memory *m, enum crash_arch arch)
{
	arena_deinit(&m->arena);
	memset(m, 0, sizeof(*m));
	arena_init(&m->arena);
	m->range = (struct dump_range){ MEMORY_START, sizeof(m->raw), 0 };
	m->crash.machine.arch = arch;
	m->dump.image = bytes_of(m->raw, sizeof(m->raw));
	m->dump.arena = &m->arena;
	m->dump.crash = &m->crash;
	m->dump.pointer_bytes = arch == CRASH_X86 ? 4 : 8;
	m->dump.context = m->dump.exception = m->dump.kdbg = bytes_absent();
	m->dump.process = bytes_absent();
	m->dump.secondary = m->dump.stack = bytes_absent();
	m->dump.physical = (struct dump_ranges){ &m->range, 1 };
	m->target.dump = &m->dump;
	m->target.crash = &m->crash;
	m->target.arena = &m->arena;
	m->target.kdbg = bytes_absent();
}

/* Physical address of page n, and bytes into it. */
static inline uint64_t memory_at(unsigned page)
{
	return MEMORY_START + page * 4096u;
}

static inline void memory_put(struct memory *m, uint64_t pa, uint64_t value,
			      unsigned size)
{
	for (unsigned i = 0; i < size; i++)
		m->raw[pa - MEMORY_START + i] = (uint8_t)(value >> 8 * i);
}

static inline void memory_text(struct memory *m, uint64_t pa, const char *text)
{
	memcpy(m->raw + (pa - MEMORY_START), text, strlen(text));
}

static inline void memory_utf16(struct memory *m, uint64_t pa, const char *text)
{
	for (size_t i = 0; text[i]; i++)
		memory_put(m, pa + 2 * i, (uint8_t)text[i], 2);
}

/*
 * x64 tables in pages 0 to 3: the 2 MiB from va on, page n of them being page
 * n of memory.
 */
static inline void memory_map_x64(struct memory *m, uint64_t va)
{
	memory_put(m, memory_at(0) + (va >> 39 & 0x1ff) * 8, memory_at(1) | 3,
		   8);
	memory_put(m, memory_at(1) + (va >> 30 & 0x1ff) * 8, memory_at(2) | 3,
		   8);
	memory_put(m, memory_at(2) + (va >> 21 & 0x1ff) * 8, memory_at(3) | 3,
		   8);
	for (unsigned n = 0; n < MEMORY_PAGES; n++)
		memory_put(m, memory_at(3) + n * 8, memory_at(n) | 3, 8);
	m->dump.directory_table = memory_at(0) | 2;
}

#endif
