/*
 * pool.h - pages of kernel memory for the tests of pool: memory.h with the
 * pages at one virtual address, and headers written by hand.
 */
#ifndef TESTS_UNIT_POOL_H
#define TESTS_UNIT_POOL_H

#include "indexer/target/space.h"
#include "tests/unit/memory.h"

#define POOL_VA_X64 0xffffe00100000000u
#define POOL_VA_X86 0xa3450000u

static inline uint64_t pool_va(const struct memory *m)
{
	return m->dump.pointer_bytes == 4 ? POOL_VA_X86 : POOL_VA_X64;
}

/* Bytes at the virtual address that lies offset behind the first page. */
static inline void pool_put(struct memory *m, uint64_t offset, uint64_t value,
			    unsigned size)
{
	memory_put(m, MEMORY_START + offset, value, size);
}

static inline void pool_init(struct memory *m, enum crash_arch arch,
			     uint64_t build)
{
	memory_init(m, arch);
	m->range = (struct dump_range){ pool_va(m), sizeof(m->raw), 0 };
	m->dump.virtual = (struct dump_ranges){ &m->range, 1 };
	m->dump.physical.count = 0;
	m->crash.machine.os_build = CRASH_NUMBER(build);
	m->crash.image.kind = CRASH_KERNEL_FULL;
	space_init(&m->target);
}

/* A header; sizes in bytes, as the layouts have them. */
static inline void pool_block(struct memory *m, uint64_t offset,
			      unsigned previous, unsigned size, unsigned type,
			      const char *tag)
{
	if (m->dump.pointer_bytes == 4) {
		pool_put(m, offset, previous / 8, 2);
		pool_put(m, offset + 2, size / 8 | type << 9, 2);
	} else {
		pool_put(m, offset, previous / 16, 2);
		pool_put(m, offset + 2, size / 16 | type << 8, 2);
	}
	for (unsigned i = 0; i < 4; i++)
		pool_put(m, offset + 4 + i, (uint8_t)tag[i], 1);
}

static inline void pool_bugcheck(struct memory *m, uint32_t code, uint64_t a,
				 uint64_t b, uint64_t c, uint64_t d)
{
	m->crash.bugcheck.code = CRASH_NUMBER(code);
	m->crash.bugcheck.args[0] = CRASH_NUMBER(a);
	m->crash.bugcheck.args[1] = CRASH_NUMBER(b);
	m->crash.bugcheck.args[2] = CRASH_NUMBER(c);
	m->crash.bugcheck.args[3] = CRASH_NUMBER(d);
}

/* Modules of 0x4000 bytes, the first at page 16, the next four pages on. */
static inline void pool_modules(struct memory *m, const char *const *names)
{
	size_t count = 0;

	while (names[count] != NULL)
		count++;
	m->crash.modules =
		arena_take(&m->arena, count, sizeof(*m->crash.modules));
	m->crash.module_count = count;
	for (size_t i = 0; i < count; i++)
		m->crash.modules[i] = (struct crash_module){
			names[i], pool_va(m) + 0x10000 + i * 0x4000, 0x4000,
			0x1234 + i
		};
}

#endif
