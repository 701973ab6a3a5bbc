#include "signatures/store/column_chunk.h"

#include "signatures/store/column_narrow.h"

/* The store is ours, but it lies on somebody's disk. */
static bool take_head(struct bytes *in, struct column_chunk *ret)
{
	const unsigned int form = bytes_u8(in);
	const unsigned int bits = column_narrow_bits(form & COLUMN_WIDTH);
	unsigned int rows;

	*ret = (struct column_chunk){ .width = bits ? 1 : form & COLUMN_WIDTH,
				      .bits = bits,
				      .is_whole = form & COLUMN_WHOLE,
				      .is_folded = form & COLUMN_FOLDED,
				      .is_listed = form & COLUMN_LISTED,
				      .is_split = form & COLUMN_SPLIT };
	ret->base = bytes_u64(in);
	ret->most = bytes_u64(in);
	rows = bytes_u16(in);
	ret->is_told = rows & COLUMN_TOLD;
	ret->rows = (size_t)(rows & ~(unsigned int)COLUMN_TOLD) + 1;
	return !in->failed && ret->width <= COLUMN_WIDEST &&
	       ret->rows <= STORE_CHUNK_ROWS &&
	       (ret->is_split || !ret->is_told) &&
	       (!ret->is_split || ret->width >= COLUMN_SPLIT_FROM) &&
	       (!ret->bits || (!ret->is_listed && !ret->is_folded));
}

/* What is narrow is a byte a row from here on. */
static bool take_narrow(const struct bytes *in, struct column_chunk *ret)
{
	static uint8_t rows[STORE_CHUNK_ROWS];

	if (bytes_left(in) != column_narrow_bytes(ret->bits, ret->rows))
		return false;
	column_narrow_unpack(ret->bits, in->next, ret->rows, rows);
	ret->data = rows;
	return true;
}

/* What is behind the head. */
static bool take_rows(struct bytes *in, struct column_chunk *ret)
{
	if (ret->bits)
		return take_narrow(in, ret);
	if (ret->is_listed) {
		ret->listed = bytes_u8(in);
		ret->list = in->next;
		bytes_skip(in, ret->listed * COLUMN_WIDEST);
	}
	ret->data = in->next;
	return !in->failed && bytes_left(in) == ret->rows * ret->width;
}

static bool take_lane(const struct bytes *in, struct column_chunk *ret,
		      size_t bytes)
{
	ret->data = in->next;
	return bytes_left(in) >= bytes;
}

bool column_chunk_open(struct store *store, uint8_t field, uint32_t chunk,
		       struct column_chunk *ret)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct bytes in;

	return btree_first(store, SCHEMA_COLUMN, &key, SIZE_MAX, &in) &&
	       take_head(&in, ret) && take_rows(&in, ret);
}

bool column_chunk_begin(struct store *store, uint8_t field, uint32_t chunk,
			struct column_chunk *ret)
{
	const struct btree_key key = column_form_key(field, chunk);
	struct bytes in;

	/* As much as any chunk that is not split, but for some of before. */
	if (!btree_first(store, SCHEMA_COLUMN, &key,
			 COLUMN_HEAD_BYTES + COLUMN_LANE * STORE_CHUNK_ROWS,
			 &in))
		return false;
	if (!take_head(&in, ret))
		return false;
	if (ret->is_split)
		return take_lane(&in, ret, ret->rows * COLUMN_LANE);
	if (ret->bits)
		return take_lane(&in, ret,
				 column_narrow_bytes(ret->bits, ret->rows));
	return ret->width <= COLUMN_LANE
		       ? take_rows(&in, ret)
		       : column_chunk_open(store, field, chunk, ret);
}

bool column_chunk_head(struct store *store, uint8_t field, uint32_t chunk,
		       struct column_chunk *ret)
{
	const struct btree_key key =
		store->has_heads ? column_form_head_key(field, chunk)
				 : column_form_key(field, chunk);
	struct bytes in;

	return btree_first(store, SCHEMA_COLUMN, &key, COLUMN_HEAD_BYTES,
			   &in) &&
	       take_head(&in, ret);
}
