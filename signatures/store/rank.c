/* The bytes are in schema.h: rank. */
#include "signatures/store/rank.h"

#include "signatures/base/pack.h"
#include "signatures/store/machines.h"

static struct btree_key key_of(uint8_t field, uint64_t crashes)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	btree_key_u32(&key, UINT32_MAX - (uint32_t)crashes);
	return key;
}

static struct btree_key key_of_term(const struct term *term, uint64_t crashes)
{
	struct btree_key key = key_of(term->field, crashes);

	btree_key_bytes(&key, term->value, term->size);
	return key;
}

static void put(struct store *store, const struct term *term)
{
	const struct btree_key key = key_of_term(term, term->crashes);
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	out = pack_into(&arena);
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(&out, (uint8_t)(term->number >> 8 * i));
	pack_varint(&out, term->machines);
	btree_put(store, SCHEMA_RANK, &key, pack_done(&out));
	arena_deinit(&arena);
}

void rank_move(struct store *store, const struct term *term, uint64_t before,
	       struct rank_sums *sums)
{
	if (!machines_are_counted(term->field))
		return;
	if (before >= SCHEMA_RANKED && before != term->crashes) {
		const struct btree_key key = key_of_term(term, before);

		btree_delete(store, SCHEMA_RANK, &key);
	}
	if (term->crashes >= SCHEMA_RANKED)
		put(store, term);
	sums->terms[term->field] += (term->crashes != 0) - (before != 0);
	sums->crashes[term->field] += (int64_t)(term->crashes - before);
}

struct btree_key rank_key(uint8_t field)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, field);
	return key;
}

void rank_totals(struct store *store, uint8_t field, uint64_t *terms,
		 uint64_t *crashes)
{
	const struct btree_key key = rank_key(field);
	struct bytes in;

	*terms = *crashes = 0;
	if (btree_get(store, SCHEMA_RANK, &key, &in)) {
		*terms = pack_take_varint(&in);
		*crashes = pack_take_varint(&in);
	}
}

static void add_totals(struct store *store, uint8_t field, int64_t terms,
		       int64_t crashes)
{
	const struct btree_key key = rank_key(field);
	uint64_t all_terms, all_crashes;
	struct arena arena;
	struct pack out;

	rank_totals(store, field, &all_terms, &all_crashes);
	arena_init(&arena);
	out = pack_into(&arena);
	pack_varint(&out, all_terms + (uint64_t)terms);
	pack_varint(&out, all_crashes + (uint64_t)crashes);
	if (all_terms + (uint64_t)terms)
		btree_put(store, SCHEMA_RANK, &key, pack_done(&out));
	else
		btree_delete(store, SCHEMA_RANK, &key);
	arena_deinit(&arena);
}

void rank_flush(struct store *store, const struct rank_sums *sums)
{
	for (unsigned int field = 0; field < SCHEMA_FIELDS; field++)
		if (sums->terms[field] || sums->crashes[field])
			add_totals(store, (uint8_t)field, sums->terms[field],
				   sums->crashes[field]);
}
