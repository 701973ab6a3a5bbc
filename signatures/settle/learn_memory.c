#include "signatures/settle/learn_memory.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/pack.h"
#include "signatures/store/store_settled.h"

enum {
	KEY_BYTES = 13,
	PIECE_BYTES = 1280, /* three to a page */
	DISTANCE_BYTES = 5, /* of a row to another */
	FLAG_ENTRY = 1,
	FLAG_DISPUTED = 2,
	FLAG_SIZE = 4
};

static size_t make_key(uint8_t ret[KEY_BYTES], char kind, uint64_t address,
		       uint32_t piece)
{
	ret[0] = (uint8_t)kind;
	for (size_t i = 0; i < 8; i++)
		ret[1 + i] = (uint8_t)(address >> 8 * (7 - i));
	for (size_t i = 0; i < 4; i++)
		ret[9 + i] = (uint8_t)(piece >> 8 * (3 - i));
	return kind == LEARN_MEMORY_PIECE ? KEY_BYTES : KEY_BYTES - 4;
}

static bool get(const struct learn *learn, char kind, uint64_t address,
		uint32_t piece, struct bytes *ret)
{
	uint8_t key[KEY_BYTES];

	return store_settled_get(learn->store, key,
				 make_key(key, kind, address, piece), ret);
}

static void put(const struct learn *learn, char kind, uint64_t address,
		uint32_t piece, struct bytes value)
{
	uint8_t key[KEY_BYTES];

	store_settled_put(learn->store, key,
			  make_key(key, kind, address, piece), value);
}

static void pack_sights(struct pack *out, const struct sight *sights,
			size_t most)
{
	uint32_t last = 0;
	size_t count = 0;

	while (count < most && sights[count].distance)
		count++;
	pack_varint(out, count);
	for (size_t i = 0; i < count; i++) {
		pack_signed(out, (uint64_t)((int64_t)sights[i].distance -
					    (int64_t)last));
		pack_u8(out, (uint8_t)sights[i].word);
		pack_u8(out, (uint8_t)(sights[i].word >> 8));
		last = sights[i].distance;
	}
}

static void take_sights(struct bytes *in, struct sight *ret, size_t most)
{
	const size_t count = pack_take_count(in, most);
	uint64_t last = 0;

	for (size_t i = 0; i < count; i++) {
		last += pack_take_signed(in);
		ret[i].distance = (uint16_t)last;
		ret[i].word = bytes_u16(in);
	}
}

static void pack_witnesses(struct pack *out, const struct address *address)
{
	pack_varint(out, address->count);
	for (uint32_t i = 0; i < address->count; i++) {
		const struct witness *witness = &address->witnesses[i];

		pack_u64(out, witness->identity);
		pack_sights(out, witness->after, LEARN_WINDOW);
		pack_sights(out, witness->before, LEARN_BEFORE);
	}
}

static void take_witnesses(struct bytes *in, struct address *address)
{
	const size_t count = pack_take_count(in, LEARN_WITNESSES);

	for (size_t i = 0; i < count; i++) {
		struct witness *witness;

		learn_room(address);
		witness = &address->witnesses[address->count++];
		*witness = (struct witness){ .identity = bytes_u64(in) };
		take_sights(in, witness->after, LEARN_WINDOW);
		take_sights(in, witness->before, LEARN_BEFORE);
		witness->layout = learn_layout(witness);
	}
}

static void room_for_row(struct learn_rows *rows, size_t size)
{
	if (rows->size + size <= rows->room)
		return;
	rows->room = rows->size + (uint32_t)size;
	rows->room += rows->room / 2 + 4;
	rows->bytes = realloc(rows->bytes, rows->room);
	if (!rows->bytes)
		abort();
}

/* The last of rows, which stand in distances from each other. */
static uint32_t last_of(struct bytes in)
{
	uint64_t row = 0;

	while (bytes_left(&in) && !in.failed)
		row += pack_take_signed(&in);
	return (uint32_t)row;
}

static void take_rows(struct bytes in, struct learn_rows *rows)
{
	const size_t size = bytes_left(&in);

	if (!size)
		return;
	rows->last = last_of(in);
	room_for_row(rows, size);
	bytes_copy(&in, rows->bytes, size);
	rows->size = (uint32_t)size;
}

void learn_memory_load(struct learn *learn, struct address *address)
{
	struct bytes in;
	uint8_t flags;

	if (!get(learn, LEARN_MEMORY_ADDRESS, address->key, 0, &in))
		return;
	flags = bytes_u8(&in);
	address->is_entry = flags & FLAG_ENTRY;
	address->disputed = flags & FLAG_DISPUTED;
	address->learned = (uint32_t)pack_take_varint(&in);
	address->was = address->learned;
	if (flags & FLAG_SIZE)
		address->size = (uint32_t)pack_take_varint(&in);
	address->rows.pieces = (uint32_t)pack_take_varint(&in);
	take_witnesses(&in, address);
	learn->failed |= in.failed;
	take_rows(in, &address->rows);
}

static void save(const struct learn *learn, const struct address *address,
		 struct arena *arena)
{
	struct pack out = pack_into(arena);

	pack_u8(&out, (address->is_entry ? FLAG_ENTRY : 0) |
			      (address->disputed ? FLAG_DISPUTED : 0) |
			      (address->size ? FLAG_SIZE : 0));
	pack_varint(&out, address->learned);
	if (address->size)
		pack_varint(&out, address->size);
	pack_varint(&out, address->rows.pieces);
	pack_witnesses(&out, address);
	pack_bytes(&out, address->rows.bytes, address->rows.size);
	put(learn, LEARN_MEMORY_ADDRESS, address->key, 0, pack_done(&out));
}

static int by_key(const void *left, const void *right)
{
	const struct address *a = *(const struct address *const *)left;
	const struct address *b = *(const struct address *const *)right;

	return (a->key > b->key) - (a->key < b->key);
}

void learn_memory_save(struct learn *learn)
{
	const struct address **changed =
		calloc(learn->count + 1, sizeof(const struct address *));
	struct arena arena;
	size_t count = 0;

	if (!changed)
		abort();
	for (size_t i = 0; i < learn->count; i++)
		if (learn->addresses[i].is_changed)
			changed[count++] = &learn->addresses[i];
	if (count > 1)
		qsort(changed, count, sizeof(const struct address *), by_key);
	arena_init(&arena);
	for (size_t i = 0; i < count; i++) {
		save(learn, changed[i], &arena);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	free(changed);
}

/* As pack_signed() does, without an arena: there are many. */
static void append_signed(struct learn_rows *rows, int64_t distance)
{
	uint64_t left = (uint64_t)distance << 1 ^ (uint64_t)(distance >> 63);

	room_for_row(rows, DISTANCE_BYTES);
	for (; left > 0x7f; left >>= 7)
		rows->bytes[rows->size++] = (uint8_t)(left | 0x80);
	rows->bytes[rows->size++] = (uint8_t)left;
}

void learn_memory_add_row(struct learn *learn, struct address *address,
			  uint32_t row)
{
	struct learn_rows *rows = &address->rows;

	if (rows->size >= PIECE_BYTES) {
		put(learn, LEARN_MEMORY_PIECE, address->key, rows->pieces++,
		    bytes_of(rows->bytes, rows->size));
		rows->size = 0;
		rows->last = 0;
	}
	append_signed(rows, (int64_t)row - (int64_t)rows->last);
	rows->last = row;
	address->is_changed = true;
}

static bool walk(struct bytes in, void (*take)(void *closure, uint32_t row),
		 void *closure)
{
	uint64_t row = 0;

	while (bytes_left(&in) && !in.failed) {
		row += pack_take_signed(&in);
		if (!in.failed)
			take(closure, (uint32_t)row);
	}
	return !in.failed;
}

bool learn_memory_walk_rows(const struct learn *learn,
			    const struct address *address,
			    void (*take)(void *closure, uint32_t row),
			    void *closure)
{
	for (uint32_t i = 0; i < address->rows.pieces; i++) {
		struct bytes in;

		if (!get(learn, LEARN_MEMORY_PIECE, address->key, i, &in) ||
		    !walk(in, take, closure))
			return false;
	}
	return walk(bytes_of(address->rows.bytes, address->rows.size), take,
		    closure);
}
