/*
 * The firmware's anchor, on 16-byte steps in F0000-FFFFF:
 *
 *	"_SM_"   5 u8 length  16 u16 bytes of the table  18 u32 its address
 *	"_SM3_"  6 u8 length   c u32 most bytes          10 u64 its address
 *	the bytes of the anchor sum to zero
 *
 * A copy kept by Windows: the 8-byte header of smbios.c, then the table.  In
 * the registry it is the data of SMBiosData, elsewhere a block of pool; both
 * are aligned to 4.
 *
 * A value of the registry, in a page that begins a bin ("hbin", 4 u32 offset of
 * the bin in the hive), behind the i32 size of its cell:
 *
 *	0 "vk"  2 u16 bytes of the name  4 u32 bytes of data  8 u32 cell of data
 *	c u32 type  10 u16 flags, 1 = name in ASCII  14 name
 *
 * Sources: DMTF DSP0134; public kernel types _HBIN, _CM_KEY_VALUE.
 */
#include "indexer/target/smbios_search.h"

#include <string.h>

#include "indexer/target/space.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"

#define PAGE 4096u
#define LOW_START 0xf0000u
#define LOW_END 0x100000u
#define TABLE_MOST 0x40000u /* real ones: 1 to 16 KiB */

/*
 * What of a dump is searched.  Every page looked at becomes resident, and a
 * full dump must not cost more memory than a worker may have.
 */
#define SEARCH_MOST (96ull << 20)

static bool sums_to_zero(struct bytes in, size_t size)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + bytes_u8(&in));
	return !in.failed && sum == 0;
}

static bool read_table(const struct target *target, uint64_t pa, uint64_t size,
		       struct smbios *ret)
{
	if (pa == 0 || size < 4 || size > TABLE_MOST)
		return false;
	return smbios_read(space_physical(target, pa, size), target->arena,
			   ret);
}

static bool read_anchor(const struct target *target, struct bytes at,
			struct smbios *ret)
{
	struct bytes in = at;
	uint8_t magic[5];
	uint32_t size;

	bytes_copy(&in, magic, sizeof(magic));
	if (in.failed)
		return false;
	in = at;
	if (memcmp(magic, "_SM3_", 5) == 0) {
		if (!sums_to_zero(at, 0x18))
			return false;
		bytes_skip(&in, 0xc);
		size = bytes_u32(&in);
		return read_table(target, bytes_u64(&in), size, ret);
	}
	if (memcmp(magic, "_SM_", 4) != 0 || !sums_to_zero(at, 0x1f))
		return false;
	bytes_skip(&in, 0x16);
	size = bytes_u16(&in);
	return read_table(target, bytes_u32(&in), size, ret);
}

static bool search_low(const struct target *target, struct smbios *ret)
{
	for (uint32_t pa = LOW_START; pa < LOW_END; pa += 16) {
		const struct bytes at = space_physical(target, pa, 32);

		if (!at.failed && read_anchor(target, at, ret))
			return true;
	}
	return false;
}

/* Enough for a machine: BIOS and system, with texts in both. */
static bool read_copy(const uint8_t *p, uint32_t length, struct arena *arena,
		      struct smbios *ret)
{
	return smbios_read(bytes_of(p, length), arena, ret) &&
	       ret->bios_vendor && ret->bios_version && ret->manufacturer &&
	       ret->product;
}

/*
 * Does a copy begin at p, to_border bytes before the end of its page?  The
 * header's numbers are weak, so the table must make sense.  Pages next to each
 * other in the dump need not be neighbours in pool: where the table does not
 * come to its end, only the first page counts.
 */
static bool is_copy(const uint8_t *p, size_t left, size_t to_border,
		    struct arena *arena, struct smbios *ret)
{
	struct smbios smbios;
	uint32_t length;

	if (p[0] > 1 || (p[1] != 2 && p[1] != 3) || p[2] > 20 ||
	    p[6] > TABLE_MOST >> 16 || p[7] != 0 || p[9] < 4)
		return false;
	length = (uint32_t)p[4] | (uint32_t)p[5] << 8 | (uint32_t)p[6] << 16;
	if (length < 56)
		return false;
	if (length > left - 8)
		length = (uint32_t)left - 8;
	if (!read_copy(p + 8, length, arena, &smbios))
		return false;
	if (!smbios.ended && length + 8 > to_border &&
	    (to_border < 64 ||
	     !read_copy(p + 8, (uint32_t)to_border - 8, arena, &smbios)))
		return false;
	*ret = smbios;
	return true;
}

/* The text of the value at in, its data in the same page; or NULL. */
static const char *value_text(struct bytes page, uint32_t bin, struct bytes in,
			      struct arena *arena, char name[32])
{
	struct bytes data;
	uint16_t name_bytes;
	uint32_t size;
	uint32_t cell;

	bytes_skip(&in, 2);
	name_bytes = bytes_u16(&in);
	size = bytes_u32(&in);
	cell = bytes_u32(&in) & 0x7fffffff;
	if (bytes_u32(&in) != 1 || !(bytes_u16(&in) & 1) || name_bytes >= 32 ||
	    size < 4 || size > LIMIT_TEXT_BYTES || cell < bin)
		return NULL;
	bytes_skip(&in, 2);
	bytes_copy(&in, name, name_bytes);
	name[name_bytes] = '\0';
	data = bytes_part(page, (uint64_t)(cell - bin) + 4, size);
	if (in.failed || data.failed)
		return NULL;
	return text_trimmed(arena, text_from_utf16(arena, data));
}

static void keep_value(const char *name, const char *text, struct smbios *ret)
{
	const struct {
		const char *name;
		const char **field;
	} values[] = {
		{ "BIOSVendor", &ret->bios_vendor },
		{ "BIOSVersion", &ret->bios_version },
		{ "BIOSReleaseDate", &ret->bios_date },
		{ "SystemManufacturer", &ret->manufacturer },
		{ "SystemProductName", &ret->product },
		{ "SystemVersion", &ret->version },
		{ "BaseBoardProduct", &ret->board },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (strcmp(values[i].name, name) == 0 && !*values[i].field)
			*values[i].field = text;
}

/* The values of a bin's first page. */
static void read_bin(struct bytes page, struct arena *arena, struct smbios *ret)
{
	struct bytes in = page;
	uint32_t bin;

	bytes_skip(&in, 4);
	bin = bytes_u32(&in);
	for (uint32_t at = 0x24; at + 0x14 <= PAGE; at += 8) {
		char name[32];
		const char *text;

		in = bytes_part(page, at, PAGE - at);
		if (in.failed || in.start[0] != 'v' || in.start[1] != 'k')
			continue;
		text = value_text(page, bin, in, arena, name);
		if (text)
			keep_value(name, text, ret);
	}
}

/* True when a whole table was found; single values gather in values. */
static bool search_range(const struct target *target, struct bytes range,
			 struct smbios *values, struct smbios *ret)
{
	const size_t size = bytes_left(&range);

	for (size_t at = 0; at + 64 <= size; at += 4) {
		const uint8_t *p = range.start + at;

		if (at % PAGE == 0 && size - at >= PAGE &&
		    memcmp(p, "hbin", 4) == 0)
			read_bin(bytes_of(p, PAGE), target->arena, values);
		if (is_copy(p, size - at, PAGE - at % PAGE, target->arena, ret))
			return true;
	}
	return false;
}

bool smbios_search(const struct target *target, struct smbios *ret)
{
	const struct dump_ranges *physical = &target->dump->physical;
	struct smbios values = { 0 };
	uint64_t left = SEARCH_MOST;

	if (search_low(target, ret))
		return true;
	for (size_t i = 0; i < physical->count && left > 0; i++) {
		const struct dump_range *range = &physical->range[i];
		const uint64_t size = range->size < left ? range->size : left;

		if (search_range(target,
				 bytes_part(target->dump->image, range->offset,
					    size),
				 &values, ret))
			return true;
		left -= size;
	}
	if (!values.manufacturer && !values.bios_vendor)
		return false;
	*ret = values;
	return true;
}
