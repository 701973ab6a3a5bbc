#include "signatures/store/posting.h"

#include "signatures/base/pack.h"
#include "signatures/store/roaring.h"

enum {
	ADDED_AT_ONCE = 1024,
	GAPS_MOST = 65536 /* beyond so many, CRoaring is never longer */
};

struct btree_key posting_key(uint8_t field, uint32_t term, uint16_t chunk)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	btree_key_u32(&key, term);
	btree_key_u16(&key, chunk);
	return key;
}

static bool decode_gaps(struct bytes *in, uint32_t first_row,
			roaring_bitmap_t *rows)
{
	uint32_t many[ADDED_AT_ONCE];
	size_t count = 0;
	uint64_t row = 0;

	while (bytes_left(in)) {
		row += pack_take_varint(in);
		if (in->failed || row >= SCHEMA_POSTING_ROWS)
			return false;
		many[count++] = first_row + (uint32_t)row++;
		if (count == ADDED_AT_ONCE || !bytes_left(in)) {
			roaring.bitmap_add_many(rows, count, many);
			count = 0;
		}
	}
	return true;
}

/* What CRoaring makes of it; NULL if it makes no sense. */
static roaring_bitmap_t *take_roaring(struct bytes *in, uint32_t first_row)
{
	roaring_bitmap_t *part =
		roaring_take((const char *)in->next, bytes_left(in));

	if (!part)
		return NULL;
	if (!roaring.bitmap_is_empty(part) &&
	    roaring.bitmap_minimum(part) >= first_row &&
	    roaring.bitmap_maximum(part) - first_row < SCHEMA_POSTING_ROWS)
		return part;
	roaring.bitmap_free(part);
	return NULL;
}

static bool decode_roaring(struct bytes *in, uint32_t first_row,
			   roaring_bitmap_t *rows)
{
	roaring_bitmap_t *part = take_roaring(in, first_row);

	if (!part)
		return false;
	roaring.bitmap_or_inplace(rows, part);
	roaring.bitmap_free(part);
	return true;
}

bool posting_decode(struct bytes in, uint32_t first_row,
		    struct roaring_bitmap_s *rows)
{
	const unsigned int form = bytes_u8(&in);

	if (form == POSTING_GAPS)
		return decode_gaps(&in, first_row, rows);
	return form == POSTING_ROARING && decode_roaring(&in, first_row, rows);
}

static bool walk_gaps(struct bytes *in, uint32_t first_row, posting_take *take,
		      void *closure)
{
	uint64_t row = 0;

	while (bytes_left(in)) {
		row += pack_take_varint(in);
		if (in->failed || row >= SCHEMA_POSTING_ROWS)
			return false;
		take(closure, first_row + (uint32_t)row++);
	}
	return true;
}

struct walking {
	posting_take *take;
	void *closure;
};

static bool walk_row(uint32_t row, void *closure)
{
	const struct walking *walking = closure;

	walking->take(walking->closure, row);
	return true;
}

static bool walk_roaring(struct bytes *in, uint32_t first_row,
			 struct walking walking)
{
	roaring_bitmap_t *part = take_roaring(in, first_row);

	if (!part)
		return false;
	roaring.iterate(part, walk_row, &walking);
	roaring.bitmap_free(part);
	return true;
}

bool posting_walk(struct bytes in, uint32_t first_row, posting_take *take,
		  void *closure)
{
	const struct walking walking = { take, closure };
	const unsigned int form = bytes_u8(&in);

	if (form == POSTING_GAPS)
		return walk_gaps(&in, first_row, take, closure);
	return form == POSTING_ROARING && walk_roaring(&in, first_row, walking);
}

static struct bytes encode_gaps(const struct roaring_bitmap_s *rows,
				uint32_t first_row, struct arena *arena)
{
	const size_t count = roaring.bitmap_get_cardinality(rows);
	uint32_t *list = arena_take(arena, count, sizeof(*list));
	struct pack out = pack_into(arena);
	uint32_t next = first_row;

	roaring.bitmap_to_uint32_array(rows, list);
	pack_u8(&out, POSTING_GAPS);
	for (size_t i = 0; i < count; i++) {
		pack_varint(&out, list[i] - next);
		next = list[i] + 1;
	}
	return pack_done(&out);
}

struct bytes posting_encode(struct roaring_bitmap_s *rows, uint32_t first_row,
			    struct arena *arena)
{
	size_t size;
	uint8_t *data;

	roaring.bitmap_run_optimize(rows);
	size = 1 + roaring.bitmap_portable_size_in_bytes(rows);
	if (roaring.bitmap_get_cardinality(rows) <= GAPS_MOST) {
		const struct bytes gaps = encode_gaps(rows, first_row, arena);

		if (bytes_left(&gaps) <= size)
			return gaps;
	}
	data = arena_take(arena, size, 1);
	data[0] = POSTING_ROARING;
	roaring.bitmap_portable_serialize(rows, (char *)data + 1);
	return bytes_of(data, size);
}
