#include "signatures/settle/learn_memory.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/store_settled.h"

enum {
	KEY_BYTES = 13,
	PIECE_BYTES = 1280, /* three to a page */
	SHIFT_MOST = 3,
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

static size_t make_stack_key(uint8_t ret[KEY_BYTES], uint32_t number)
{
	ret[0] = LEARN_MEMORY_STACK;
	for (size_t i = 0; i < 4; i++)
		ret[1 + i] = (uint8_t)(number >> 8 * (3 - i));
	return 5;
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

void learn_memory_open(struct learn *learn)
{
	const uint8_t key = LEARN_MEMORY_STACK;
	struct bytes in;

	if (store_settled_get(learn->store, &key, 1, &in))
		learn->next_stack = bytes_u32(&in);
}

static void pack_u16(struct pack *out, uint16_t value)
{
	pack_u8(out, (uint8_t)value);
	pack_u8(out, (uint8_t)(value >> 8));
}

/* Slots are mostly eight or four bytes apart; whoever made them up may go back,
 * which is a long way around. */
static unsigned int shift_of(const struct learn_words *words)
{
	uint32_t bits = 0, first = 0;
	bool is_first = true;

	for (size_t i = 0; i < words->count; i++) {
		if (!words->at[i].is_seen)
			continue;
		first = is_first ? words->at[i].slot : first;
		is_first = false;
		bits |= words->at[i].slot - first;
	}
	return !(bits & 7) ? SHIFT_MOST : !(bits & 3) ? 2 : 0;
}

static struct bytes pack_words(const struct learn_words *words,
			       struct arena *arena)
{
	const unsigned int shift = shift_of(words);
	struct pack out = pack_into(arena);
	const struct learn_word *last = NULL;

	pack_u64(&out, words->identity);
	pack_varint(&out, words->uses);
	pack_u8(&out, (uint8_t)shift);
	for (size_t i = 0; i < words->count; i++) {
		const struct learn_word *word = &words->at[i];
		uint32_t step;

		if (!word->is_seen)
			continue;
		step = last ? word->slot - last->slot : 0;
		pack_varint(&out,
			    (uint64_t)(step >> shift) << 1 | word->is_entry);
		pack_u16(&out, word->word);
		last = word;
	}
	return pack_done(&out);
}

/* NULL if it makes no sense. */
static struct learn_words *take_words(struct bytes in, uint32_t number)
{
	struct learn_word at[LIMIT_CANDIDATES];
	const uint64_t identity = bytes_u64(&in);
	const uint64_t uses = pack_take_varint(&in);
	const unsigned int shift = pack_take_enum(&in, SHIFT_MOST + 1);
	struct learn_words *words;
	uint32_t slot = 0;
	size_t count = 0;

	while (bytes_left(&in) && !in.failed && count < LIMIT_CANDIDATES) {
		const uint64_t step = pack_take_varint(&in);

		in.failed |= step >> 1 > UINT32_MAX >> shift;
		slot += (uint32_t)(step >> 1) << shift;
		at[count++] = (struct learn_word){ .slot = slot,
						   .word = bytes_u16(&in),
						   .is_entry = step & 1,
						   .is_seen = true };
	}
	if (in.failed || bytes_left(&in) || !uses || uses > UINT32_MAX)
		return NULL;
	words = learn_words_make(identity, at, count);
	words->uses = (uint32_t)uses;
	words->number = number;
	return words;
}

static struct learn_words *words_of(struct learn *learn, uint32_t number)
{
	uint8_t key[KEY_BYTES];
	struct learn_words *words = NULL;
	struct bytes in;
	uint32_t place;

	if (keymap_find(&learn->stacks, (uint64_t)number + 1, &place))
		return learn->words[place];
	if (store_settled_get(learn->store, key, make_stack_key(key, number),
			      &in))
		words = take_words(in, number);
	if (words)
		learn_state_keep(learn, words);
	return words;
}

static void save_words(const struct learn *learn,
		       const struct learn_words *words, struct arena *arena)
{
	uint8_t key[KEY_BYTES];
	const size_t size = make_stack_key(key, words->number);

	if (words->uses)
		store_settled_put(learn->store, key, size,
				  pack_words(words, arena));
	else if (!words->is_new)
		store_settled_erase(learn->store, key, size);
}

static void pack_witnesses(struct pack *out, const struct address *address)
{
	pack_varint(out, address->count);
	for (uint32_t i = 0; i < address->count; i++) {
		const struct witness *witness = &address->witnesses[i];

		pack_varint(out, witness->words->number);
		pack_varint(out,
			    learn_words_place(witness->words, witness->at));
	}
}

static bool take_witness(struct learn *learn, struct bytes *in,
			 struct address *address)
{
	const uint64_t number = pack_take_varint(in);
	const uint64_t at = pack_take_varint(in);
	struct surroundings around;
	struct learn_words *words;

	if (in->failed || number >= learn->next_stack)
		return false;
	words = words_of(learn, (uint32_t)number);
	if (!words || at >= words->count)
		return false;
	learn_words_look(words->at, words->count, (size_t)at, &around);
	learn_state_room(address);
	address->witnesses[address->count++] =
		(struct witness){ .words = words,
				  .layout = learn_words_layout(&around),
				  .at = (uint32_t)at };
	return true;
}

static void take_witnesses(struct learn *learn, struct bytes *in,
			   struct address *address)
{
	const size_t count = pack_take_count(in, LEARN_WITNESSES);

	for (size_t i = 0; i < count && !learn->failed; i++)
		learn->failed |= !take_witness(learn, in, address);
}

static void room_for_row(struct learn_rows *rows, size_t size)
{
	if (rows->size + size <= rows->room)
		return;
	rows->room = rows->size + (uint32_t)size;
	rows->room += rows->room / 2 + 4;
	rows->bytes = must(realloc(rows->bytes, rows->room));
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
	take_witnesses(learn, &in, address);
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

/* Of stacks that are new, what their witnesses see. */
static void mark_words(const struct learn *learn)
{
	for (size_t i = 0; i < learn->count; i++) {
		const struct address *address = &learn->addresses[i];

		for (uint32_t k = 0; k < address->count; k++)
			if (address->witnesses[k].words->is_new)
				learn_words_mark(address->witnesses[k].words,
						 address->witnesses[k].at);
	}
}

static void save_addresses(const struct learn *learn, struct arena *arena)
{
	const struct address **changed =
		calloc(learn->count + 1, sizeof(const struct address *));
	size_t count = 0;

	if (!changed)
		must_end();
	for (size_t i = 0; i < learn->count; i++)
		if (learn->addresses[i].is_changed)
			changed[count++] = &learn->addresses[i];
	if (count > 1)
		qsort(changed, count, sizeof(const struct address *), by_key);
	for (size_t i = 0; i < count; i++) {
		save(learn, changed[i], arena);
		arena_reset(arena);
	}
	free(changed);
}

void learn_memory_save(struct learn *learn)
{
	const uint8_t key = LEARN_MEMORY_STACK;
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	mark_words(learn);
	save_addresses(learn, &arena);
	out = pack_into(&arena);
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(&out, (uint8_t)(learn->next_stack >> 8 * i));
	store_settled_put(learn->store, &key, 1, pack_done(&out));
	for (size_t i = 0; i < learn->words_count; i++) {
		arena_reset(&arena);
		if (learn->words[i]->is_changed)
			save_words(learn, learn->words[i], &arena);
	}
	arena_deinit(&arena);
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
