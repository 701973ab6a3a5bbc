#include "signatures/store/hashes.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/room.h"

enum {
	PAIRS_MOST = 8 << 20,
	FIRST_ROOM = 1024,
	MANY = 1 << 16,
	KINDS = SCHEMA_FIND_PART + SCHEMA_PART_END
};

/*
 * Pairs are found by kind and hash (slots, before), and by kind, hash and
 * number (words, earlier): many crashes may have one hash, and what was said
 * last of each is asked for every one.  before and earlier: place + 1 of an
 * earlier pair in the same slot.
 */
struct hashes {
	struct findpage_pair *pairs;
	size_t count;
	size_t room;	 /* a power of two */
	uint32_t *slots; /* twice room: place + 1 of the last one, or 0 */
	uint32_t *words; /* likewise */
};

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
	free(hashes->words);
	free(hashes);
}

static uint32_t *slot_of(const struct hashes *hashes, uint8_t kind,
			 uint64_t hash)
{
	return &hashes->slots[hash_mix(hash, kind) & (2 * hashes->room - 1)];
}

static uint32_t *word_of(const struct hashes *hashes, uint8_t kind,
			 uint64_t hash, uint32_t number)
{
	return &hashes->words[hash_mix(hash_mix(hash, kind), number) &
			      (2 * hashes->room - 1)];
}

static void link_pair(struct hashes *hashes, size_t place)
{
	struct findpage_pair *pair = &hashes->pairs[place];
	uint32_t *slot = slot_of(hashes, pair->kind, pair->hash);
	uint32_t *word = word_of(hashes, pair->kind, pair->hash, pair->number);

	pair->before = *slot;
	pair->earlier = *word;
	*slot = *word = (uint32_t)place + 1;
}

static void grow(struct hashes *hashes)
{
	hashes->room = hashes->room ? 2 * hashes->room : FIRST_ROOM;
	hashes->pairs = room_again(hashes->pairs,
				   hashes->room * sizeof(*hashes->pairs));
	free(hashes->slots);
	free(hashes->words);
	hashes->slots = room_cleared(2 * hashes->room, sizeof(*hashes->slots));
	hashes->words = room_cleared(2 * hashes->room, sizeof(*hashes->words));
	for (size_t i = 0; i < hashes->count; i++)
		link_pair(hashes, i);
}

static void add(struct store *store, uint8_t kind, uint64_t hash,
		uint32_t number, bool is_there)
{
	struct hashes *hashes = store->hashes;

	if (hashes->count == hashes->room)
		grow(hashes);
	hashes->pairs[hashes->count] = (struct findpage_pair){
		.hash = findpage_hash(kind, hash),
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
static const struct findpage_pair *next_of(const struct hashes *hashes,
					   uint32_t place, uint8_t kind,
					   uint64_t hash)
{
	while (place) {
		const struct findpage_pair *pair = &hashes->pairs[place - 1];

		if (pair->hash == hash && pair->kind == kind)
			return pair;
		place = pair->before;
	}
	return NULL;
}

/* The last word about a number, or NULL. */
static const struct findpage_pair *last_of(const struct hashes *hashes,
					   uint8_t kind, uint64_t hash,
					   uint32_t number)
{
	uint32_t place;

	if (!hashes || !hashes->count)
		return NULL;
	place = *word_of(hashes, kind, hash, number);
	while (place) {
		const struct findpage_pair *pair = &hashes->pairs[place - 1];

		if (pair->hash == hash && pair->kind == kind &&
		    pair->number == number)
			return pair;
		place = pair->earlier;
	}
	return NULL;
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
	struct search search = { hashes, kind, 0, take, closure, false };
	const struct findpage_pair *pair = NULL;

	hash = findpage_hash(kind, hash);
	search.hash = hash;
	if (hashes && hashes->count)
		pair = next_of(hashes, *slot_of(hashes, kind, hash), kind,
			       hash);
	for (; pair && !search.is_over;
	     pair = next_of(hashes, pair->before, kind, hash))
		if (pair->is_there &&
		    last_of(hashes, kind, hash, pair->number) == pair)
			search.is_over = !take(closure, pair->number);
	if (!search.is_over)
		findpage_find(store, kind, hash, take_kept, &search);
}

void hashes_walk(struct store *store, uint8_t kind, uint64_t hash,
		 findpage_take *take, void *closure)
{
	hashes_flush(store);
	findpage_walk(store, kind, hash, take, closure);
}

bool hashes_is_much(const struct store *store)
{
	return store->hashes->count >= PAIRS_MOST;
}

/* Of equal ones the newest first. */
static int by_place(const void *left, const void *right)
{
	const struct findpage_pair *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return (a->before < b->before) - (a->before > b->before);
}

static size_t page_of(const struct findpage_pair *pair)
{
	return pair->kind * (size_t)FINDPAGE_PLACES +
	       findpage_place(pair->hash);
}

static bool is_one_page(const struct findpage_pair *a,
			const struct findpage_pair *b)
{
	return page_of(a) == page_of(b);
}

/* Of pairs in order those that were not said again later; returns how many. */
static size_t keep_last_words(struct findpage_pair *pairs, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const struct findpage_pair *last =
			kept ? &pairs[kept - 1] : NULL;

		if (!last || last->kind != pairs[i].kind ||
		    last->hash != pairs[i].hash ||
		    last->number != pairs[i].number)
			pairs[kept++] = pairs[i];
	}
	return kept;
}

/*
 * Many pairs by kind and page, in one pass each way; what is of one page is
 * then few, and near.
 */
static void sort_pages(struct hashes *hashes)
{
	size_t *starts =
		must(calloc((size_t)KINDS * FINDPAGE_PLACES, sizeof(*starts)));
	struct findpage_pair *sorted = room_take(hashes->room, sizeof(*sorted));
	size_t sum = 0;

	for (size_t i = 0; i < hashes->count; i++)
		starts[page_of(&hashes->pairs[i])]++;
	for (size_t i = 0; i < (size_t)KINDS * FINDPAGE_PLACES; i++) {
		const size_t here = starts[i];

		starts[i] = sum;
		sum += here;
	}
	for (size_t i = 0; i < hashes->count; i++)
		sorted[starts[page_of(&hashes->pairs[i])]++] = hashes->pairs[i];
	free(starts);
	free(hashes->pairs);
	hashes->pairs = sorted;
}

static void flush_page(struct store *store, struct findpage_pair *pairs,
		       size_t count, struct arena *scratch)
{
	qsort(pairs, count, sizeof(*pairs), by_place);
	findpage_change(store, pairs, keep_last_words(pairs, count), scratch);
	arena_reset(scratch);
}

void hashes_flush(struct store *store)
{
	struct hashes *hashes = store->hashes;
	struct arena scratch;
	size_t next;

	if (!hashes || !hashes->count)
		return;
	/* What came before was put before: the chains are done with. */
	for (size_t i = 0; i < hashes->count; i++)
		hashes->pairs[i].before = (uint32_t)i;
	if (hashes->count >= MANY)
		sort_pages(hashes);
	else
		qsort(hashes->pairs, hashes->count, sizeof(*hashes->pairs),
		      by_place);
	arena_init(&scratch);
	for (size_t i = 0; i < hashes->count; i = next) {
		for (next = i + 1; next < hashes->count; next++)
			if (!is_one_page(&hashes->pairs[i],
					 &hashes->pairs[next]))
				break;
		flush_page(store, &hashes->pairs[i], next - i, &scratch);
	}
	arena_deinit(&scratch);
	hashes->count = 0;
	memset(hashes->slots, 0, 2 * hashes->room * sizeof(*hashes->slots));
	memset(hashes->words, 0, 2 * hashes->room * sizeof(*hashes->words));
}
