/*
 * The bytes of a page:
 *
 *   0  4  the largest number, little-endian
 *   4     pairs in order, each the rest of a hash (what is behind the place)
 *         and the number in as many bytes as the largest one takes, both
 *         big-endian
 *
 * At ten million crashes a page fills two to five of LMDB's, so that little is
 * lost at its end, and a night of a thousand crashes still changes a part of
 * them only.
 */
#include "signatures/store/findpage.h"

#include <string.h>

#include "signatures/store/findplace.h"

enum {
	PLACE_BITS = 13,
	REST_BYTES = 2, /* one look-up in 50 is in vain at 10 million */
	REST_WHOLE = 7, /* of an identity: crashes are listed in its order */
	NUMBER_BYTES = 4,
	PAIR_BYTES = REST_WHOLE + NUMBER_BYTES
};

/* A page, or a place in it. */
struct page {
	unsigned int rest, number; /* bytes of a pair */
	uint32_t most;
	const uint8_t *next, *end;
};

static unsigned int rest_bytes(uint8_t kind)
{
	return kind == SCHEMA_FIND_IDENTITY ? REST_WHOLE : REST_BYTES;
}

static unsigned int number_bytes(uint32_t most)
{
	unsigned int bytes = 1;

	while (bytes < NUMBER_BYTES && most >> 8 * bytes)
		bytes++;
	return bytes;
}

static size_t pair_bytes(const struct page *page)
{
	return page->rest + page->number;
}

/* The store is ours, but it lies on somebody's disk: whole pairs alone. */
static struct page page_of(uint8_t kind, struct bytes in)
{
	struct page page = { .rest = rest_bytes(kind) };
	size_t size;

	page.most = bytes_u32(&in);
	page.number = number_bytes(page.most);
	size = bytes_left(&in) / pair_bytes(&page) * pair_bytes(&page);
	page.next = in.next;
	page.end = size ? in.next + size : in.next;
	return page;
}

uint64_t findpage_hash(uint8_t kind, uint64_t hash)
{
	const unsigned int bits = PLACE_BITS + 8 * rest_bytes(kind);

	return bits < 64 ? hash >> (64 - bits) << (64 - bits) : hash;
}

uint32_t findpage_place(uint64_t hash)
{
	return (uint32_t)(hash >> (64 - PLACE_BITS));
}

static struct btree_key key_of(uint8_t kind, uint64_t hash)
{
	struct btree_key key = btree_key();

	btree_key_u8(&key, kind);
	btree_key_u16(&key, (uint16_t)findpage_place(hash));
	return key;
}

static void write_number(uint8_t *at, const struct page *page, uint32_t number)
{
	for (unsigned int i = 0; i < page->number; i++)
		at[i] = (uint8_t)(number >> 8 * (page->number - 1 - i));
}

static void write_pair(uint8_t *at, const struct page *page, uint64_t hash,
		       uint32_t number)
{
	const uint64_t rest = hash << PLACE_BITS;

	for (unsigned int i = 0; i < page->rest; i++)
		at[i] = (uint8_t)(rest >> (56 - 8 * i));
	write_number(at + page->rest, page, number);
}

static uint32_t number_at(const uint8_t *pair, const struct page *page)
{
	uint32_t number = 0;

	for (unsigned int i = 0; i < page->number; i++)
		number = number << 8 | pair[page->rest + i];
	return number;
}

/* The pairs [from, to) among which the one that is sought has to be. */
struct span {
	size_t from, to;
};

/*
 * Hashes are spread evenly, so a pair's place follows from its value but for a
 * few: from there in longer and longer steps until it is passed.
 */
static struct span span_of(const struct page *page, const uint8_t *pair)
{
	const size_t size = pair_bytes(page);
	const size_t count = (size_t)(page->end - page->next) / size;
	const size_t value = (size_t)pair[0] << 8 | pair[1];
	struct span span = { 0, count };
	size_t at = count * value >> 16, step = 8;

	if (at < count && memcmp(page->next + at * size, pair, size) < 0) {
		for (; at < count; at += step, step *= 2) {
			if (memcmp(page->next + at * size, pair, size) >= 0)
				break;
			span.from = at + 1;
		}
		span.to = at < count ? at : count;
		return span;
	}
	for (; at > 0; at = at > step ? at - step : 0, step *= 2) {
		if (memcmp(page->next + (at - 1) * size, pair, size) < 0)
			break;
		span.to = at - 1;
	}
	span.from = at;
	return span;
}

/* Where the first pair that is not below this one lies, or would lie. */
static const uint8_t *lower_bound(const struct page *page, const uint8_t *pair)
{
	const size_t size = pair_bytes(page);
	struct span span = span_of(page, pair);

	while (span.from < span.to) {
		const size_t half = span.from + (span.to - span.from) / 2;

		if (memcmp(page->next + half * size, pair, size) < 0)
			span.from = half + 1;
		else
			span.to = half;
	}
	/* A page without pairs lies nowhere. */
	return span.from ? page->next + span.from * size : page->next;
}

static size_t merge(struct page *old, const struct findpage_pair *pairs,
		    size_t count, uint8_t *out)
{
	const size_t size = pair_bytes(old);
	uint8_t *to = out;

	for (size_t i = 0; i < count; i++) {
		uint8_t pair[PAIR_BYTES];
		const uint8_t *at;

		write_pair(pair, old, pairs[i].hash, pairs[i].number);
		at = lower_bound(old, pair);
		if (at != old->next)
			memcpy(to, old->next, (size_t)(at - old->next));
		to += at - old->next;
		old->next = at;
		if (at != old->end && !memcmp(at, pair, size))
			old->next += size;
		if (pairs[i].is_there) {
			memcpy(to, pair, size);
			to += size;
		}
	}
	if (old->next != old->end)
		memcpy(to, old->next, (size_t)(old->end - old->next));
	return (size_t)(to - out) + (size_t)(old->end - old->next);
}

/* The same pairs, where another number is the largest. */
static struct page page_with(struct page page, uint32_t most,
			     struct arena *scratch)
{
	const size_t count = (size_t)(page.end - page.next) / pair_bytes(&page);
	struct page ret = page;
	uint8_t *to;

	ret.most = most;
	ret.number = number_bytes(most);
	if (ret.number == page.number)
		return ret;
	to = arena_take(scratch, count, pair_bytes(&ret));
	ret.next = to;
	for (; page.next != page.end; page.next += pair_bytes(&page)) {
		memcpy(to, page.next, page.rest);
		write_number(to + page.rest, &ret, number_at(page.next, &page));
		to += pair_bytes(&ret);
	}
	ret.end = to;
	return ret;
}

static uint32_t most_of(const struct page *page)
{
	uint32_t most = 0;

	for (const uint8_t *at = page->next; at != page->end;
	     at += pair_bytes(page)) {
		const uint32_t number = number_at(at, page);

		most = number > most ? number : most;
	}
	return most;
}

static void put_page(struct store *store, const struct btree_key *key,
		     const struct page *page, struct arena *scratch)
{
	const size_t size = (size_t)(page->end - page->next);
	uint8_t *out = arena_take(scratch, NUMBER_BYTES + size, 1);

	for (unsigned int i = 0; i < NUMBER_BYTES; i++)
		out[i] = (uint8_t)(page->most >> 8 * i);
	memcpy(out + NUMBER_BYTES, page->next, size);
	btree_put(store, SCHEMA_FIND, key, bytes_of(out, NUMBER_BYTES + size));
}

void findpage_change(struct store *store, const struct findpage_pair *pairs,
		     size_t count, struct arena *scratch)
{
	const struct btree_key key = key_of(pairs[0].kind, pairs[0].hash);
	struct bytes kept = bytes_absent();
	struct page page;
	uint32_t most;
	uint8_t *out;
	bool is_gone = false; /* the largest number, perhaps */

	btree_get(store, SCHEMA_FIND, &key, &kept);
	page = page_of(pairs[0].kind, kept);
	most = page.most;
	for (size_t i = 0; i < count; i++) {
		most = pairs[i].number > most ? pairs[i].number : most;
		is_gone |= !pairs[i].is_there && pairs[i].number >= page.most;
	}
	page = page_with(page, most, scratch);
	out = arena_take(
		scratch,
		(size_t)(page.end - page.next) + count * pair_bytes(&page), 1);
	page.end = out + merge(&page, pairs, count, out);
	page.next = out;
	if (is_gone)
		page = page_with(page, most_of(&page), scratch);
	if (page.next != page.end)
		put_page(store, &key, &page, scratch);
	else
		btree_delete(store, SCHEMA_FIND, &key);
}

struct walk {
	uint8_t kind;
	uint64_t hash;
	findpage_take *take;
	void *closure;
};

static bool take_page(void *closure, struct bytes key, struct bytes value)
{
	const struct walk *walk = closure;
	const uint8_t kind = bytes_u8(&key);
	const uint64_t place = btree_take(&key, 2);
	struct page page;

	if (kind != walk->kind)
		return false;
	page = page_of(kind, value);
	if (place == findpage_place(walk->hash)) {
		uint8_t first[PAIR_BYTES];

		write_pair(first, &page, walk->hash, 0);
		page.next = lower_bound(&page, first);
	}
	for (; page.next != page.end; page.next += pair_bytes(&page)) {
		uint64_t rest = 0;

		for (unsigned int i = 0; i < page.rest; i++)
			rest |= (uint64_t)page.next[i] << (56 - 8 * i);
		if (!walk->take(walk->closure,
				place << (64 - PLACE_BITS) | rest >> PLACE_BITS,
				number_at(page.next, &page)))
			return false;
	}
	return true;
}

void findpage_walk(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure)
{
	struct walk walk = { kind, hash, take, closure };
	const struct btree_key from = key_of(kind, hash);

	btree_walk_from(store, SCHEMA_FIND, &from, take_page, &walk);
}

void findpage_find(struct store *store, uint8_t kind, uint64_t hash,
		   findpage_take *take, void *closure)
{
	struct walk walk = { kind, hash, take, closure };
	const struct btree_key key = key_of(kind, hash);
	const struct bytes page =
		findplace_get(store, &key, kind, findpage_place(hash));

	if (bytes_left(&page))
		take_page(&walk, bytes_of(key.data, key.size), page);
}
