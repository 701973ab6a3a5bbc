/*
 * space.h - the kernel's virtual memory of a dead machine: n bytes at an
 * address, or no.
 *
 * Reads go through the dump's virtual ranges where it has them (triage,
 * minidump) and through its page tables otherwise.  Absence is an answer, not
 * an error.
 */
#ifndef TARGET_SPACE_H
#define TARGET_SPACE_H

#include "indexer/target/target.h"

/* The smallest page of every processor that is read. */
#define SPACE_PAGE_BYTES UINT64_C(0x1000)

/* Choose how addresses are translated; sets target->paging and ->table_root. */
void space_init(struct target *target);

/*
 * The bytes that are present at va without a gap, at most size of them, as one
 * view into the image; may be shorter than size at a page or range border.
 * Failed when not even the first byte is present.
 */
struct bytes space_view(const struct target *target, uint64_t va,
			uint64_t size);

/* All size bytes, across borders, or false with buf zeroed. */
bool space_read(const struct target *target, uint64_t va, void *buf,
		size_t size);

bool space_u16(const struct target *target, uint64_t va, uint16_t *ret);
bool space_u32(const struct target *target, uint64_t va, uint32_t *ret);
bool space_u64(const struct target *target, uint64_t va, uint64_t *ret);

/* A pointer of the dead machine; 32-bit ones are not sign-extended. */
bool space_pointer(const struct target *target, uint64_t va, uint64_t *ret);

/* Could this be a kernel address at all: canonical, upper half. */
bool space_is_kernel(const struct target *target, uint64_t va);

/* A physical page, for what is searched by physical address; may be short. */
struct bytes space_physical(const struct target *target, uint64_t pa,
			    uint64_t size);

#endif
