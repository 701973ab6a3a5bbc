#include "signatures/store/term.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/base/room.h"
#include "signatures/store/rank.h"

enum {
	FIRST_SLOTS = 1 << 12,
	KEPT_TERMS = 4 << 20 /* beyond these a flush forgets them */
};

struct term_cache {
	struct term **slots;
	size_t slot_count;	      /* a power of two, no less than count */
	uint32_t last[SCHEMA_FIELDS]; /* number in use; 0 = not asked yet */
	size_t count;
	struct term **changed;
	size_t changed_count;
	size_t changed_room;
};

struct bytes term_bytes(const struct field *field, struct field_value value,
			uint8_t number[8])
{
	if (field->type == FIELD_TEXT)
		return bytes_of(value.text, strlen(value.text));
	for (size_t i = 0; i < 8; i++)
		number[i] = (uint8_t)(value.number >> 8 * (7 - i));
	return bytes_of(number, 8);
}

struct field_value term_value(const struct field *field, struct bytes bytes,
			      struct arena *arena)
{
	if (field->type != FIELD_TEXT)
		return (struct field_value){ .number = btree_take(&bytes, 8) };

	char *text = arena_take(arena, bytes_left(&bytes) + 1, 1);

	bytes_copy(&bytes, text, bytes_left(&bytes));
	return (struct field_value){ .text = text };
}

struct btree_key term_key(uint8_t field, struct bytes value)
{
	const size_t size = bytes_left(&value);
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	if (size <= SCHEMA_VALUE_BYTES) {
		btree_key_bytes(&key, value.next, size);
		return key;
	}
	btree_key_bytes(&key, value.next, SCHEMA_VALUE_BYTES);
	btree_key_u64(&key, hash_64(value.next, size));
	return key;
}

bool term_is_whole(const struct field *field, struct bytes key)
{
	return field->type != FIELD_TEXT ||
	       bytes_left(&key) <= 1 + SCHEMA_VALUE_BYTES;
}

struct term_cache *term_cache_create(void)
{
	struct term_cache *cache = must(calloc(1, sizeof(*cache)));

	cache->slot_count = FIRST_SLOTS;
	cache->slots = must(calloc(FIRST_SLOTS, sizeof(*cache->slots)));
	return cache;
}

static void forget(struct term_cache *cache)
{
	for (size_t i = 0; i < cache->slot_count; i++) {
		struct term *term = cache->slots[i];

		while (term) {
			struct term *next = term->next;

			free(term);
			term = next;
		}
		cache->slots[i] = NULL;
	}
	cache->count = 0;
	cache->changed_count = 0;
}

void term_cache_destroy(struct term_cache *cache)
{
	if (!cache)
		return;
	forget(cache);
	free(cache->changed);
	free(cache->slots);
	free(cache);
}

static void grow(struct term_cache *cache)
{
	const size_t count = cache->slot_count * 2;
	struct term **slots = room_cleared(count, sizeof(*slots));

	for (size_t i = 0; i < cache->slot_count; i++) {
		struct term *term = cache->slots[i];

		while (term) {
			struct term *next = term->next;
			struct term **slot = &slots[term->hash & (count - 1)];

			term->next = *slot;
			*slot = term;
			term = next;
		}
	}
	free(cache->slots);
	cache->slots = slots;
	cache->slot_count = count;
}

static void mark(struct term_cache *cache, struct term *term)
{
	if (term->changed)
		return;
	term->changed = true;
	if (cache->changed_count == cache->changed_room) {
		cache->changed_room = cache->changed_room * 2 + 1024;
		cache->changed = must(
			realloc(cache->changed,
				cache->changed_room * sizeof(struct term *)));
	}
	cache->changed[cache->changed_count++] = term;
}

static uint32_t next_number(struct store *store, uint8_t field)
{
	struct term_cache *cache = store->terms;
	struct btree_key prefix = btree_key();

	btree_key_u8(&prefix, field);
	if (!cache->last[field])
		cache->last[field] = btree_last(store, SCHEMA_TERM, &prefix);
	return ++cache->last[field];
}

static void load(struct store *store, struct term *term, struct bytes value)
{
	const struct btree_key key = term_key(term->field, value);
	struct btree_key name = btree_key();
	struct bytes in;

	if (btree_get(store, SCHEMA_VALUE, &key, &in)) {
		term->number = bytes_u32(&in);
		term->crashes = pack_take_varint(&in);
		term->machines = pack_take_varint(&in);
		term->stored = term->crashes;
		return;
	}
	if (store->failed)
		return;
	term->number = next_number(store, term->field);
	btree_key_u8(&name, term->field);
	btree_key_u32(&name, term->number);
	btree_put(store, SCHEMA_TERM, &name, value);
	mark(store->terms, term);
}

struct term *term_take(struct store *store, uint8_t field, struct bytes value)
{
	struct term_cache *cache = store->terms;
	const size_t size = bytes_left(&value);
	const uint64_t hash = hash_64(value.next, size) + field * 0x9e37u;
	struct term **slot;
	struct term *term;

	if (cache->count == cache->slot_count)
		grow(cache);
	slot = &cache->slots[hash & (cache->slot_count - 1)];
	for (term = *slot; term; term = term->next)
		if (term->hash == hash && term->field == field &&
		    term->size == size &&
		    (!size || !memcmp(term->value, value.next, size)))
			return term;

	term = must(calloc(1, sizeof(*term) + size));
	term->hash = hash;
	term->field = field;
	term->size = size;
	bytes_copy(&value, term->value, size);
	term->next = *slot;
	*slot = term;
	cache->count++;
	load(store, term, bytes_of(term->value, size));
	return term;
}

struct term *term_at(struct store *store, uint8_t field, uint32_t number)
{
	struct btree_key key = btree_key();
	struct bytes value;

	btree_key_u8(&key, field);
	btree_key_u32(&key, number);
	if (!btree_get(store, SCHEMA_TERM, &key, &value))
		return NULL;
	return term_take(store, field, value);
}

void term_count(struct store *store, struct term *term, int64_t crashes,
		int64_t machines)
{
	if (!crashes && !machines)
		return;
	term->crashes += (uint64_t)crashes;
	term->machines += (uint64_t)machines;
	mark(store->terms, term);
}

static int by_value(const void *left, const void *right)
{
	const struct term *a = *(const struct term *const *)left;
	const struct term *b = *(const struct term *const *)right;
	const size_t shorter = a->size < b->size ? a->size : b->size;
	int order = a->field - b->field;

	if (!order && shorter)
		order = memcmp(a->value, b->value, shorter);
	return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* In key order: neighbours share pages. */
bool term_flush(struct store *store)
{
	struct term_cache *cache = store->terms;
	const bool is_full = cache->count > KEPT_TERMS;
	struct rank_sums totals = { { 0 }, { 0 } };
	struct arena arena;

	if (cache->changed_count)
		qsort(cache->changed, cache->changed_count,
		      sizeof(struct term *), by_value);
	arena_init(&arena);
	for (size_t i = 0; i < cache->changed_count; i++) {
		struct term *term = cache->changed[i];
		const struct btree_key key = term_key(
			term->field, bytes_of(term->value, term->size));
		struct pack out;
		uint8_t number[4];

		if (i % 1024 == 0)
			arena_reset(&arena);
		out = pack_into(&arena);
		for (size_t n = 0; n < 4; n++)
			number[n] = (uint8_t)(term->number >> 8 * n);
		pack_bytes(&out, number, 4);
		pack_varint(&out, term->crashes);
		pack_varint(&out, term->machines);
		btree_put(store, SCHEMA_VALUE, &key, pack_done(&out));
		rank_move(store, term, term->stored, &totals);
		term->stored = term->crashes;
		term->changed = false;
	}
	arena_deinit(&arena);
	rank_flush(store, &totals);
	cache->changed_count = 0;
	if (is_full)
		forget(cache);
	return is_full;
}
