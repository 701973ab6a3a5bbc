#include "signatures/store/hashes.h"

#include <stdlib.h>
#include <string.h>

enum {
	PAIRS_MOST = 4 << 20,
	FIRST_ROOM = 1024
};

struct pair {
	uint64_t hash;
	uint32_t number;
	uint32_t before; /* place + 1 of an earlier one in the same slot */
	uint8_t kind;
	bool is_there;
};

struct hashes {
	struct pair *pairs;
	size_t count;
	size_t room;	 /* a power of two */
	uint32_t *slots; /* twice room: place + 1 of the last one, or 0 */
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

struct hashes *hashes_create(void)
{
	return must(calloc(1, sizeof(struct hashes)));
}

void hashes_destroy(struct hashes *hashes)
{
	if (!hashes)
		return;
	free(hashes->pairs);
	free(hashes->slots);
	free(hashes);
}

static uint32_t *slot_of(const struct hashes *hashes, uint8_t kind,
			 uint64_t hash)
{
	return &hashes->slots[hash_mix(hash, kind) & (2 * hashes->room - 1)];
}

static void link_pair(struct hashes *hashes, size_t place)
{
	struct pair *pair = &hashes->pairs[place];
	uint32_t *slot = slot_of(hashes, pair->kind, pair->hash);

	pair->before = *slot;
	*slot = (uint32_t)place + 1;
}

static void grow(struct hashes *hashes)
{
	hashes->room = hashes->room ? 2 * hashes->room : FIRST_ROOM;
	hashes->pairs = must(
		realloc(hashes->pairs, hashes->room * sizeof(*hashes->pairs)));
	free(hashes->slots);
	hashes->slots = must(calloc(2 * hashes->room, sizeof(*hashes->slots)));
	for (size_t i = 0; i < hashes->count; i++)
		link_pair(hashes, i);
}

static void add(struct store *store, uint8_t kind, uint64_t hash,
		uint32_t number, bool is_there)
{
	struct hashes *hashes = store->hashes;

	if (hashes->count == hashes->room)
		grow(hashes);
	hashes->pairs[hashes->count] = (struct pair){
		.hash = hash,
		.number = number,
		.kind = kind,
		.is_there = is_there,
	};
	link_pair(hashes, hashes->count++);
}

void hashes_add(struct store *store, uint8_t kind, uint64_t hash,
		uint32_t number)
{
	add(store, kind, hash, number, true);
}

void hashes_remove(struct store *store, uint8_t kind, uint64_t hash,
		   uint32_t number)
{
	add(store, kind, hash, number, false);
}

/* The next pair of this hash from place on, newest first; NULL at the end. */
static const struct pair *next_of(const struct hashes *hashes, uint32_t place,
				  uint8_t kind, uint64_t hash)
{
	while (place) {
		const struct pair *pair = &hashes->pairs[place - 1];

		if (pair->hash == hash && pair->kind == kind)
			return pair;
		place = pair->before;
	}
	return NULL;
}

/* The last word about a number, or NULL. */
static const struct pair *last_of(const struct hashes *hashes, uint8_t kind,
				  uint64_t hash, uint32_t number)
{
	const struct pair *pair;

	if (!hashes || !hashes->count)
		return NULL;
	pair = next_of(hashes, *slot_of(hashes, kind, hash), kind, hash);
	while (pair && pair->number != number)
		pair = next_of(hashes, pair->before, kind, hash);
	return pair;
}

struct search {
	const struct hashes *hashes;
	uint8_t kind;
	uint64_t hash;
	hashes_take *take;
	void *closure;
	bool is_over;
};

static bool take_kept(void *closure, uint64_t hash, uint32_t number)
{
	struct search *search = closure;

	if (hash != search->hash)
		return false;
	if (!last_of(search->hashes, search->kind, hash, number))
		search->is_over = !search->take(search->closure, number);
	return !search->is_over;
}

void hashes_find(struct store *store, uint8_t kind, uint64_t hash,
		 hashes_take *take, void *closure)
{
	const struct hashes *hashes = store->hashes;
	struct search search = { hashes, kind, hash, take, closure, false };
	const struct pair *pair = NULL;

	if (hashes && hashes->count)
		pair = next_of(hashes, *slot_of(hashes, kind, hash), kind,
			       hash);
	for (; pair && !search.is_over;
	     pair = next_of(hashes, pair->before, kind, hash))
		if (pair->is_there &&
		    last_of(hashes, kind, hash, pair->number) == pair)
			search.is_over = !take(closure, pair->number);
	if (!search.is_over)
		btree_pair_walk(store, kind, hash, take_kept, &search);
}

void hashes_walk(struct store *store, uint8_t kind, uint64_t hash,
		 btree_take_pair *take, void *closure)
{
	hashes_flush(store);
	btree_pair_walk(store, kind, hash, take, closure);
}

bool hashes_is_much(const struct store *store)
{
	return store->hashes->count >= PAIRS_MOST;
}

/* Of equal ones the newest first. */
static int by_place(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->before < b->before) - (a->before > b->before);
}

void hashes_flush(struct store *store)
{
	struct hashes *hashes = store->hashes;

	if (!hashes || !hashes->count)
		return;
	/* What came before was put before: the chains are done with. */
	for (size_t i = 0; i < hashes->count; i++)
		hashes->pairs[i].before = (uint32_t)i;
	qsort(hashes->pairs, hashes->count, sizeof(*hashes->pairs), by_place);
	for (size_t i = 0; i < hashes->count; i++) {
		const struct pair *it = &hashes->pairs[i];

		if (i && it[-1].kind == it->kind && it[-1].hash == it->hash &&
		    it[-1].number == it->number)
			continue;
		if (it->is_there)
			btree_pair_add(store, it->kind, it->hash, it->number);
		else
			btree_pair_remove(store, it->kind, it->hash,
					  it->number);
	}
	hashes->count = 0;
	memset(hashes->slots, 0, 2 * hashes->room * sizeof(*hashes->slots));
}
