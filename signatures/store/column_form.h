/*
 * column_form.h - a chunk of a column as bytes; for column.c and
 * column_write.c.
 *
 * Rows behind the last one that has a number are left out, and so is a chunk
 * without any:
 *
 *   0  1  width: 0 to 8, and bits of what is below
 *   1  8  base
 *   9  8  the largest number
 *  17  2  rows - 1, and TOLD
 *  19     rows times width bytes, little-endian: number - base, where base is
 *         one below the smallest number, so that 0 says none.  Width 8 has base
 *         0 and the number itself or none.  Width 0: every row has base + 1.
 *
 * WHOLE: each of the rows has a number.
 *
 * Of numbers of a FIELD_RAW, where it makes the chunk shorter:
 *
 * FOLDED: numbers are signed ones, folded as in base/pack.h, so that addresses
 * of a kernel are not far from small numbers; and so is base.
 *
 * LISTED: in front of the rows stand u8 how many different numbers there are,
 * and these, eight bytes each, rising; a row has in its one byte the place of
 * its number among them + 1, or 0.
 *
 * Widths 9 and 10 are two and four bits: column_narrow.h.
 *
 * SPLIT, of rows of three bytes and more: they stand in lanes, two bytes of
 * each row, then the next two of each and so on, and where the width is odd the
 * last byte of each: column_split.h.
 *
 * TOLD, of a chunk that is split: no row with something in a higher lane has in
 * the lowest what a row without has there, but for 0.  So of the rows that have
 * the lowest lane of a small number one says what all are: small numbers among
 * addresses are many, and looked for often.
 *
 * Who asks for a span of time passes over most chunks by their heads.  These
 * stand a second time side by side, so that they are a few pages: each chunk
 * begins in a page of its own.
 */
#ifndef STORE_COLUMN_FORM_H
#define STORE_COLUMN_FORM_H

#include "signatures/store/btree.h"

enum {
	COLUMN_HEAD_BYTES = 19,
	COLUMN_WIDEST = 8,
	COLUMN_TWO_BITS = 9,
	COLUMN_FOUR_BITS = 10,
	COLUMN_WIDTH = 0x0f,
	COLUMN_WHOLE = 0x10,
	COLUMN_FOLDED = 0x20,
	COLUMN_LISTED = 0x40,
	COLUMN_SPLIT = 0x80,
	COLUMN_SPLIT_FROM = 3, /* bytes */
	COLUMN_LANE = 2,
	COLUMN_TOLD = 0x8000, /* of the rows */
	COLUMN_LISTED_MOST = 255
};

static inline struct btree_key column_form_key(uint8_t field, uint32_t chunk)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	btree_key_u32(&key, chunk);
	return key;
}

static inline struct btree_key column_form_head_key(uint8_t field,
						    uint32_t chunk)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, SCHEMA_COLUMN_HEADS);
	btree_key_u8(&key, field);
	btree_key_u32(&key, chunk);
	return key;
}

static inline uint64_t column_fold(uint64_t number)
{
	return number << 1 ^ (number >> 63 ? UINT64_MAX : 0);
}

static inline uint64_t column_unfold(uint64_t number)
{
	return number >> 1 ^ (number & 1 ? UINT64_MAX : 0);
}

#endif
