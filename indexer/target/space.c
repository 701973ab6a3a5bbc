#include "indexer/target/space.h"

#include <string.h>

#include "indexer/target/paging.h"

#define CACHE_LINES 2048 /* 8 MiB of small pages: more than a module list */

/* MiState.InvalidPteMask on the machines seen: bit 45. */
#define SWIZZLE_DEFAULT 0x200000000000ull

/* One page's translation, present or not; by the low bits of its number. */
struct space_cache {
	struct {
		uint64_t page; /* number + 1; 0 = empty */
		uint64_t pa;
		bool present;
	} line[CACHE_LINES];
};

/* Physical address of va; left: bytes from there to the end of its page. */
static bool translate(const struct target *target, uint64_t va, uint64_t *pa,
		      uint64_t *left)
{
	const uint64_t page = va / SPACE_PAGE_BYTES;
	const size_t n = page % CACHE_LINES;
	struct space_cache *cache = target->cache;

	if (cache->line[n].page != page + 1) {
		uint64_t start = 0;
		uint64_t rest;

		cache->line[n].present = paging_translate(
			target, page * SPACE_PAGE_BYTES, &start, &rest);
		cache->line[n].pa = start;
		cache->line[n].page = page + 1;
	}
	*pa = cache->line[n].pa + va % SPACE_PAGE_BYTES;
	*left = SPACE_PAGE_BYTES - va % SPACE_PAGE_BYTES;
	return cache->line[n].present;
}

struct bytes space_physical(const struct target *target, uint64_t pa,
			    uint64_t size)
{
	return dump_view(target->dump, &target->dump->physical, pa, size);
}

static bool is_small(const struct target *target)
{
	return target->dump->pointer_bytes == 4;
}

struct bytes space_view(const struct target *target, uint64_t va, uint64_t size)
{
	const struct dump *dump = target->dump;
	struct bytes view;
	uint64_t pa;
	uint64_t left;

	if (is_small(target))
		va &= 0xffffffff;
	view = dump_view(dump, &dump->virtual, va, size);
	if (!view.failed || !target->paging)
		return view;
	if (!translate(target, va, &pa, &left))
		return bytes_absent();
	return space_physical(target, pa, size < left ? size : left);
}

bool space_read(const struct target *target, uint64_t va, void *buf,
		size_t size)
{
	uint8_t *out = buf;
	size_t done = 0;

	while (done < size) {
		struct bytes view =
			va + done < va
				? bytes_absent()
				: space_view(target, va + done, size - done);
		size_t some = bytes_left(&view);

		if (view.failed || some == 0) {
			memset(buf, 0, size);
			return false;
		}
		if (some > size - done)
			some = size - done;
		bytes_copy(&view, out + done, some);
		done += some;
	}
	return true;
}

bool space_u16(const struct target *target, uint64_t va, uint16_t *ret)
{
	uint8_t raw[2] = { 0 };
	struct bytes in = bytes_of(raw, sizeof(raw));

	if (!space_read(target, va, raw, sizeof(raw)))
		return false;
	*ret = bytes_u16(&in);
	return true;
}

bool space_u32(const struct target *target, uint64_t va, uint32_t *ret)
{
	uint8_t raw[4] = { 0 };
	struct bytes in = bytes_of(raw, sizeof(raw));

	if (!space_read(target, va, raw, sizeof(raw)))
		return false;
	*ret = bytes_u32(&in);
	return true;
}

bool space_u64(const struct target *target, uint64_t va, uint64_t *ret)
{
	uint8_t raw[8] = { 0 };
	struct bytes in = bytes_of(raw, sizeof(raw));

	if (!space_read(target, va, raw, sizeof(raw)))
		return false;
	*ret = bytes_u64(&in);
	return true;
}

bool space_pointer(const struct target *target, uint64_t va, uint64_t *ret)
{
	uint32_t small;

	if (!is_small(target))
		return space_u64(target, va, ret);
	if (!space_u32(target, va, &small))
		return false;
	*ret = small;
	return true;
}

bool space_is_kernel(const struct target *target, uint64_t va)
{
	if (is_small(target))
		return va >= paging_x86.kernel && va <= 0xffffffff;
	if (target->paging)
		return va >= target->paging->kernel;
	return va >= (target->crash->machine.arch == CRASH_ARM64
			      ? paging_arm64.kernel
			      : paging_x64.kernel);
}

/*
 * How well a scheme explains the kernel addresses the header states: 1 for
 * each that leads to a page of the dump, more for a tag found in its place.
 */
static unsigned score(struct target *target, const struct paging *paging)
{
	const struct dump *dump = target->dump;
	const uint64_t known[] = { dump->module_list, dump->process_list,
				   dump->debugger_data };
	unsigned sum = 0;
	uint32_t tag;

	target->paging = paging;
	target->table_root = dump->directory_table & paging->root_mask;
	memset(target->cache, 0, sizeof(*target->cache));
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		sum += known[i] && !space_view(target, known[i], 1).failed;
	if (dump->debugger_data &&
	    space_u32(target, dump->debugger_data + 0x10, &tag) &&
	    tag == 0x4742444b) /* KDBG */
		sum += 4;
	return sum;
}

/* Both members of a pair are tried, the likelier first. */
static void choose(struct target *target, const struct paging *first,
		   const struct paging *second)
{
	const unsigned one = score(target, first);
	const unsigned two = second ? score(target, second) : 0;

	score(target, two > one ? second : first);
}

void space_init(struct target *target)
{
	const struct dump *dump = target->dump;

	target->paging = NULL;
	target->swizzle = SWIZZLE_DEFAULT;
	if (dump->physical.count == 0 || dump->directory_table == 0)
		return;
	target->cache = arena_take(target->arena, 1, sizeof(*target->cache));
	if (target->crash->machine.arch == CRASH_ARM64)
		choose(target, &paging_arm64, NULL);
	else if (dump->pointer_bytes == 8)
		choose(target, &paging_x64, &paging_x64_la57);
	else if (dump->pae.known && dump->pae.value)
		choose(target, &paging_pae, &paging_x86);
	else
		choose(target, &paging_x86, &paging_pae);
}
