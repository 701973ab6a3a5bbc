/*
 * pack.h - small numbers in few bytes: what records and the store are made of.
 *
 * A varint is little-endian base 128: seven bits a byte, the high bit set on
 * all but the last.  A signed number is folded first (0, -1, 1, -2, ...), so
 * that kernel addresses, which are sign extended, stay short.
 *
 * Writing grows in an arena and cannot fail.  Reading works on a bytes cursor
 * and fails it for whatever writing would not have produced.
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include "signatures/base/arena.h"
#include "signatures/base/bytes.h"
#include "signatures/base/hash.h"

struct pack {
	struct arena *arena;
	uint8_t *data;
	size_t size;
	size_t room;
};

/* The largest text that is packed; longer ones are cut between characters. */
#define PACK_TEXT_BYTES 4096

struct pack pack_into(struct arena *arena);
struct bytes pack_done(const struct pack *out);

void pack_bytes(struct pack *out, const void *data, size_t size);
void pack_u8(struct pack *out, uint8_t value);
void pack_u64(struct pack *out, uint64_t value); /* eight bytes, plain */
void pack_varint(struct pack *out, uint64_t value);
void pack_signed(struct pack *out, uint64_t value); /* as int64_t */
void pack_hash(struct pack *out, struct hash128 hash);
/* NULL is kept apart from "". */
void pack_text(struct pack *out, const char *text);

uint64_t pack_take_varint(struct bytes *in);
uint64_t pack_take_signed(struct bytes *in);
struct hash128 pack_take_hash(struct bytes *in);
/* Copied to arena; fails on bytes that are not UTF-8 or hold a NUL. */
const char *pack_take_text(struct bytes *in, struct arena *arena);
/* A count of things that take at least one byte each; fails above limit. */
size_t pack_take_count(struct bytes *in, size_t limit);
/* One byte below end; fails otherwise. */
unsigned int pack_take_enum(struct bytes *in, unsigned int end);

#endif
