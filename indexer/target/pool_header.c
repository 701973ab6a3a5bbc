/*
 * POOL_HEADER, XP to 11; sizes in granules (8 or 16 bytes):
 *
 *	x86, 8 bytes				x64, ARM64, 16 bytes
 *	u16 0	PreviousSize:9 PoolIndex:7	u8 0 PreviousSize, u8 1
 *PoolIndex u16 2	BlockSize:9 PoolType:7		u8 2 BlockSize, u8 3
 *PoolType u32 4	PoolTag				u32 4 PoolTag, u64 8
 *quota
 *
 * Source: public kernel types _POOL_HEADER.
 */
#include "indexer/target/pool_header.h"

#include <string.h>

#include "indexer/target/space.h"

#define PROTECTED 0x80000000u

uint32_t pool_header_bytes(const struct target *target)
{
	return target->dump->pointer_bytes == 4 ? 8 : 16;
}

bool pool_header_tag(uint32_t raw, char ret[5])
{
	bool is_blank = true;

	raw &= ~PROTECTED;
	for (unsigned i = 0; i < 4; i++) {
		const unsigned c = raw >> 8 * i & 0xff;
		if (c < 0x20 || c > 0x7e) {
			memset(ret, 0, 5);
			return false;
		}
		is_blank = is_blank && c == ' ';
		ret[i] = (char)c;
	}
	ret[4] = '\0';
	if (is_blank)
		memset(ret, 0, 5);
	return !is_blank;
}

bool pool_header_at(const struct target *target, uint64_t va,
		    struct pool_header *ret)
{
	const uint32_t granule = pool_header_bytes(target);
	struct pool_header header = { .va = va };
	uint8_t raw[8];

	if (va % granule != 0 || !space_is_kernel(target, va) ||
	    !space_read(target, va, raw, sizeof(raw)))
		return false;
	struct bytes in = bytes_of(raw, sizeof(raw));
	if (granule == 8) {
		const unsigned before = bytes_u16(&in);
		const unsigned here = bytes_u16(&in);
		header.previous_bytes = (before & 0x1ff) * granule;
		header.bytes = (here & 0x1ff) * granule;
		header.type = (uint8_t)(here >> 9);
	} else {
		header.previous_bytes = bytes_u8(&in) * granule;
		bytes_skip(&in, 1);
		header.bytes = bytes_u8(&in) * granule;
		header.type = bytes_u8(&in);
	}
	pool_header_tag(bytes_u32(&in), header.tag);
	if (header.bytes == 0 ||
	    va % POOL_PAGE_BYTES + header.bytes > POOL_PAGE_BYTES ||
	    header.previous_bytes > va % POOL_PAGE_BYTES)
		return false;
	*ret = header;
	return true;
}
