#include "indexer/dump/page_map.h"

#include "indexer/dump/kernel_payload.h"
#include "indexer/dump/ranges.h"
#include "signatures/base/limits.h"

/* 52 bits of physical address; keeps every product below within 64 bits. */
#define MOST_PAGES (1ull << 40)

bool page_map_bits(struct bytes image, uint64_t offset, struct page_map *ret)
{
	const uint64_t whole = bytes_left(&image);
	uint64_t size = ret->pages / 8 + (ret->pages % 8 != 0);

	if (ret->pages == 0 || ret->pages > MOST_PAGES || offset >= whole)
		return false;
	ret->is_cut = size > whole - offset;
	if (ret->is_cut)
		size = whole - offset;
	ret->bits = bytes_part(image, offset, size);
	return true;
}

/* The next up to 64 bits; those past the stated number of pages are zero. */
static uint64_t take_word(struct bytes *bits, uint64_t pages_left)
{
	uint64_t word = 0;

	if (bytes_left(bits) >= 8)
		word = bytes_u64(bits);
	else
		for (unsigned i = 0; bytes_left(bits) > 0; i += 8)
			word |= (uint64_t)bytes_u8(bits) << i;
	if (pages_left < 64)
		word &= (1ull << pages_left) - 1;
	return word;
}

struct census {
	uint64_t set;
	uint64_t runs;
};

static struct census count_bits(const struct page_map *map)
{
	struct bytes bits = map->bits;
	struct census census = { 0, 0 };
	uint64_t carry = 0;

	for (uint64_t pfn = 0; bytes_left(&bits) > 0; pfn += 64) {
		const uint64_t word = take_word(&bits, map->pages - pfn);
		const uint64_t starts = word & ~(word << 1 | carry);

		census.set += (uint64_t)__builtin_popcountll(word);
		census.runs += (uint64_t)__builtin_popcountll(starts);
		carry = word >> 63;
	}
	return census;
}

bool page_map_agrees(const struct page_map *map)
{
	return !map->is_cut && count_bits(map).set == map->present;
}

/* Turns the bits, taken in order, into ranges of neighbouring pages. */
struct loader {
	struct dump *dump;
	uint64_t first_page;
	size_t most;
	uint64_t start;	 /* of the open run */
	uint64_t length; /* 0 = no run is open */
	uint64_t stored; /* pages of the runs before it */
};

static void close_run(struct loader *loader)
{
	struct dump *dump = loader->dump;

	if (loader->length > 0 && dump->physical.count < loader->most)
		ranges_add(&dump->physical, dump->image,
			   loader->start * KERNEL_PAGE_BYTES,
			   loader->length * KERNEL_PAGE_BYTES,
			   loader->first_page +
				   loader->stored * KERNEL_PAGE_BYTES);
	loader->stored += loader->length;
	loader->length = 0;
}

static void load_word(struct loader *loader, uint64_t word, uint64_t pfn)
{
	unsigned bit = 0;

	while (bit < 64) {
		const uint64_t rest = word >> bit;
		unsigned length;

		if (!(rest & 1)) {
			close_run(loader);
			bit += rest ? (unsigned)__builtin_ctzll(rest) : 64;
			continue;
		}
		length = ~rest ? (unsigned)__builtin_ctzll(~rest) : 64;
		if (loader->length == 0)
			loader->start = pfn + bit;
		loader->length += length;
		bit += length;
	}
}

void page_map_load(struct dump *dump, const struct page_map *map)
{
	const struct census census = count_bits(map);
	struct bytes bits = map->bits;
	struct loader loader = { .dump = dump, .first_page = map->first_page };

	if (census.runs > LIMIT_RANGES)
		crash_problem(dump->crash, dump->arena,
			      "bitmap: more than %d runs of pages",
			      LIMIT_RANGES);
	if (!map->is_cut && census.set != map->present)
		crash_problem(dump->crash, dump->arena,
			      "bitmap: %llu pages, header says %llu",
			      (unsigned long long)census.set,
			      (unsigned long long)map->present);

	loader.most =
		census.runs < LIMIT_RANGES ? (size_t)census.runs : LIMIT_RANGES;
	ranges_init(&dump->physical, dump->arena, loader.most);
	for (uint64_t pfn = 0; bytes_left(&bits) > 0; pfn += 64)
		load_word(&loader, take_word(&bits, map->pages - pfn), pfn);
	close_run(&loader);
	ranges_settle(&dump->physical);

	const uint64_t end =
		map->first_page + loader.stored * KERNEL_PAGE_BYTES;

	if (map->is_cut || bytes_left(&dump->image) < end)
		kernel_payload_cut(dump, map->is_cut ? "bitmap" : "pages", end);
	else
		kernel_payload_secondary(dump, end);
}
