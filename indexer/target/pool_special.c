/*
 * A page of special pool whose block ends with the page (the other way round
 * the header stands at the page's end):
 *
 *	  0	POOL_HEADER used in its own way: u16 bytes requested, with flags
 *		in the two top bits; u8 pattern; u8 0; u32 tag
 *	 hh	what the verifier keeps, up to a second header's size
 *	...	pattern
 *	 vv	the block, its size rounded up to a header's
 *	rest	pattern, up to the page's end
 *
 * Source: ReactOS' special pool; a page of Windows 7 shown in a public article
 * on bug check C1.
 */
#include "indexer/target/pool_special.h"

#include <string.h>

#include "indexer/target/space.h"

enum {
	SIZE_BITS = 0x3fff,
	SEEN_BYTES = 16 /* of pattern before a block, to believe in it */
};

/* The header's own fields; false where they cannot be. */
static bool read_header(const uint8_t *raw, uint32_t room,
			struct pool_special *ret)
{
	struct bytes in = bytes_of(raw, 8);

	ret->requested = bytes_u16(&in) & SIZE_BITS;
	ret->pattern = bytes_u8(&in);
	return bytes_u8(&in) == 0 && ret->requested != 0 &&
	       ret->requested <= room &&
	       pool_header_tag(bytes_u32(&in), ret->tag);
}

static void count_slop(const uint8_t *page, uint32_t from, uint32_t to,
		       struct pool_special *special)
{
	for (uint32_t i = from; i < to; i++) {
		special->slop++;
		special->corrupt += page[i] != special->pattern;
	}
}

/* Most of the slop must be intact, or the header is a chance match. */
static bool is_believable(const struct pool_special *special)
{
	return special->slop >= SEEN_BYTES &&
	       special->corrupt < special->slop / 2;
}

static bool by_header(const uint8_t *page, uint64_t va, uint32_t header,
		      struct pool_special *ret)
{
	const uint32_t room = POOL_PAGE_BYTES - header;
	struct pool_special special = { .va = 0 };
	uint32_t at;

	if (read_header(page, room, &special)) {
		special.given =
			(special.requested + header - 1) / header * header;
		at = POOL_PAGE_BYTES - special.given;
		special.va = va + at;
		count_slop(page, 2 * header, at, &special);
		count_slop(page, at + special.requested, POOL_PAGE_BYTES,
			   &special);
		*ret = special;
		if (is_believable(&special))
			return true;
	}
	special = (struct pool_special){ .va = va };
	if (!read_header(page + room, room, &special))
		return false;
	special.given = (special.requested + header - 1) / header * header;
	count_slop(page, special.requested, room - header, &special);
	*ret = special;
	return is_believable(&special);
}

static bool by_pattern(const uint8_t *page, uint64_t va, uint32_t offset,
		       struct pool_special *ret)
{
	struct pool_special special = { .va = va + offset };

	if (offset < 2 * SEEN_BYTES)
		return false;
	special.pattern = page[offset - 1];
	for (uint32_t i = offset - SEEN_BYTES; i < offset; i++)
		if (page[i] != special.pattern)
			return false;
	if (special.pattern == 0) /* as good as any memory */
		return false;
	count_slop(page, 0, offset, &special);
	special.given = POOL_PAGE_BYTES - offset;
	*ret = special;
	return true;
}

bool pool_special_at(const struct target *target, uint64_t va,
		     struct pool_special *ret)
{
	const uint32_t offset = (uint32_t)(va % POOL_PAGE_BYTES);
	const uint32_t header = pool_header_bytes(target);
	struct pool_special special;
	uint8_t page[POOL_PAGE_BYTES];

	if (!space_is_kernel(target, va) ||
	    !space_read(target, va - offset, page, sizeof(page)) ||
	    (!by_header(page, va - offset, header, &special) &&
	     !by_pattern(page, va - offset, offset, &special)))
		return false;
	*ret = special;
	return true;
}
