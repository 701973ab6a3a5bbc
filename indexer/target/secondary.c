/*
 * Secondary data:
 *
 *	0 "DumpBlob"  8 u32 header size (10)  c u32 build
 *	then blobs: 0 u32 header size (20)  4 tag  14 u32 size of data
 *		    18 u32 padding before  1c u32 padding behind the data
 *
 * Zero sizes, zero tags and repeated tags occur; the kernel leaves foreign
 * bytes behind the last blob.  Source: public debugger types DUMP_BLOB_HEADER;
 * checked on dumps of Windows 10 and 11.
 */
#include "indexer/target/secondary.h"

#include <string.h>

#include "signatures/base/limits.h"

#define FILE_HEADER 0x10
#define BLOB_HEADER 0x20

/* bc5c008f-1e3a-44d7-988d-86f6884c6758 */
const struct secondary_tag secondary_smbios = { {
	0x8f,
	0x00,
	0x5c,
	0xbc,
	0x3a,
	0x1e,
	0xd7,
	0x44,
	0x98,
	0x8d,
	0x86,
	0xf6,
	0x88,
	0x4c,
	0x67,
	0x58,
} };
/* 6c7ac389-4313-47dc-9f34-a8800a0fb56c */
const struct secondary_tag secondary_processor = { {
	0x89,
	0xc3,
	0x7a,
	0x6c,
	0x13,
	0x43,
	0xdc,
	0x47,
	0x9f,
	0x34,
	0xa8,
	0x80,
	0x0a,
	0x0f,
	0xb5,
	0x6c,
} };
/* d03dc06f-d88e-44c5-ba2a-fae035172d19 */
const struct secondary_tag secondary_cpuid = { {
	0x6f,
	0xc0,
	0x3d,
	0xd0,
	0x8e,
	0xd8,
	0xc5,
	0x44,
	0xba,
	0x2a,
	0xfa,
	0xe0,
	0x35,
	0x17,
	0x2d,
	0x19,
} };
/* e83b40d2-b0a0-4842-abea-71c9e3463dd1 */
const struct secondary_tag secondary_acpi = { {
	0xd2,
	0x40,
	0x3b,
	0xe8,
	0xa0,
	0xb0,
	0x42,
	0x48,
	0xab,
	0xea,
	0x71,
	0xc9,
	0xe3,
	0x46,
	0x3d,
	0xd1,
} };
/* b0692a5e-6b7b-4073-8a7c-604e35032970 */
const struct secondary_tag secondary_secure_kernel = { {
	0x5e,
	0x2a,
	0x69,
	0xb0,
	0x7b,
	0x6b,
	0x73,
	0x40,
	0x8a,
	0x7c,
	0x60,
	0x4e,
	0x35,
	0x03,
	0x29,
	0x70,
} };
/* 9282756a-ab95-4d24-a137-ecddc5de53f5 */
const struct secondary_tag secondary_vsm_log = { {
	0x6a,
	0x75,
	0x82,
	0x92,
	0x95,
	0xab,
	0x24,
	0x4d,
	0xa1,
	0x37,
	0xec,
	0xdd,
	0xc5,
	0xde,
	0x53,
	0xf5,
} };
/* 00dae7ca-6833-45c5-b147-bdaed7b61fd6 */
const struct secondary_tag secondary_hypervisor_log = { {
	0xca,
	0xe7,
	0xda,
	0x00,
	0x33,
	0x68,
	0xc5,
	0x45,
	0xb1,
	0x47,
	0xbd,
	0xae,
	0xd7,
	0xb6,
	0x1f,
	0xd6,
} };

struct secondary secondary_walk(struct bytes all)
{
	struct secondary walk = { .all = all, .rest = all };
	struct bytes in = all;
	uint8_t magic[8];

	bytes_copy(&in, magic, sizeof(magic));
	if (in.failed || memcmp(magic, "DumpBlob", 8) != 0 ||
	    bytes_u32(&in) != FILE_HEADER)
		walk.rest.failed = true;
	bytes_skip(&walk.rest, FILE_HEADER);
	return walk;
}

bool secondary_next(struct secondary *walk, struct secondary_blob *ret)
{
	struct bytes in = walk->rest;
	struct secondary_blob blob;
	uint32_t size;
	uint32_t before;
	uint32_t behind;
	size_t at;

	if (walk->count++ >= LIMIT_BLOBS || bytes_u32(&in) != BLOB_HEADER)
		return false;
	bytes_copy(&in, blob.tag.raw, sizeof(blob.tag.raw));
	size = bytes_u32(&in);
	before = bytes_u32(&in);
	behind = bytes_u32(&in);
	bytes_skip(&in, before);
	at = (size_t)(in.next - walk->all.start);
	if (in.failed || size > bytes_left(&in)) {
		walk->cut_short = true;
		walk->rest.failed = true;
		if (in.failed || bytes_left(&in) == 0)
			return false;
		size = (uint32_t)bytes_left(&in);
	}
	bytes_skip(&in, size);
	blob.data = bytes_part(walk->all, at, size);
	*ret = blob;
	if (walk->cut_short)
		return true;
	/* The last blob's padding may be left out. */
	bytes_skip(&in, behind < bytes_left(&in) ? behind : bytes_left(&in));
	walk->rest = in;
	return true;
}

struct bytes secondary_find(struct bytes all, const struct secondary_tag *tag)
{
	struct secondary walk = secondary_walk(all);
	struct secondary_blob blob;

	while (secondary_next(&walk, &blob))
		if (memcmp(blob.tag.raw, tag->raw, sizeof(tag->raw)) == 0 &&
		    bytes_left(&blob.data) > 0)
			return blob.data;
	return bytes_absent();
}
