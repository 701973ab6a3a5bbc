#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/cluster/engine_state.h"

enum {
	TABLE_VERSION = 5,
	PAGE_BITS = 17,	 /* of a feature: the page it is on */
	PAGE_BYTES = 3,	 /* of a page's number in a key */
	FIXED_BYTES = 48 /* of a signature, in front of its features */
};

static size_t make_key(uint8_t ret[ENGINE_KEY_BYTES], char kind,
		       uint64_t number, size_t bytes)
{
	ret[0] = (uint8_t)kind;
	for (size_t i = 0; i < bytes; i++)
		ret[1 + i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
	return 1 + bytes;
}

static bool get(const struct engine_table *table, char kind, uint64_t number,
		size_t bytes, struct bytes *ret)
{
	uint8_t key[ENGINE_KEY_BYTES];

	return table->get(table->closure, key,
			  make_key(key, kind, number, bytes), ret);
}

static void put(const struct engine_table *table, char kind, uint64_t number,
		size_t bytes, struct bytes value)
{
	uint8_t key[ENGINE_KEY_BYTES];

	table->put(table->closure, key, make_key(key, kind, number, bytes),
		   value);
}

static void erase(const struct engine_table *table, char kind, uint64_t number,
		  size_t bytes)
{
	uint8_t key[ENGINE_KEY_BYTES];

	table->erase(table->closure, key, make_key(key, kind, number, bytes));
}

static uint64_t chunk_number(uint32_t feature, uint32_t chunk)
{
	return (uint64_t)feature << 32 | chunk;
}

static void pack_u32(struct pack *out, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(out, (uint8_t)(value >> 8 * i));
}

static float float_of(uint32_t bits)
{
	float ret;

	memcpy(&ret, &bits, sizeof(ret));
	return ret >= 0 ? ret : 0;
}

static uint32_t bits_of(float value)
{
	uint32_t ret;

	memcpy(&ret, &value, sizeof(ret));
	return ret;
}

static struct stored *nothing(struct engine *engine)
{
	engine->damaged = true;
	return engine_state_stored_make(engine, NULL, 0);
}

static size_t bits_bytes(size_t count)
{
	return (count + 7) / 8;
}

/* How many features a signature of so many bytes has; false: none has. */
static bool feature_count(size_t bytes, size_t *ret)
{
	const size_t bits = 8 * sizeof(uint32_t) + 1;

	if (bytes < FIXED_BYTES)
		return false;
	*ret = 8 * (bytes - FIXED_BYTES) / bits;
	return *ret <= ENGINE_FEATURES_MAX &&
	       bytes - FIXED_BYTES ==
		       *ret * sizeof(uint32_t) + bits_bytes(*ret);
}

static void take_looked_up(struct stored *stored, struct bytes *in)
{
	const uint8_t *bits = in->next;

	for (uint32_t k = 0; k < stored->weighed.count; k++) {
		const uint32_t i = engine_state_order(stored, k);

		if (bits[i / 8] >> i % 8 & 1)
			stored->order[k] |= ENGINE_LOOKED_UP;
	}
}

static void pack_looked_up(struct pack *out, const struct stored *stored)
{
	uint8_t bits[ENGINE_FEATURES_MAX / 8] = { 0 };

	for (uint32_t k = 0; k < stored->weighed.count; k++) {
		const uint32_t i = engine_state_order(stored, k);

		if (stored->order[k] & ENGINE_LOOKED_UP)
			bits[i / 8] |= (uint8_t)(1 << i % 8);
	}
	pack_bytes(out, bits, bits_bytes(stored->weighed.count));
}

struct stored *engine_table_stored(struct engine *engine, uint32_t position)
{
	struct stored *ret;
	struct bytes in;
	size_t count;
	uint64_t key, found;
	struct engine_place place = { 0 };

	if (!engine->table || !get(engine->table, 's', position, 4, &in) ||
	    !feature_count(bytes_left(&in), &count))
		return nothing(engine);
	key = bytes_u64(&in);
	if (!key)
		return nothing(engine);
	place.cluster = bytes_u64(&in);
	place.family = bytes_u64(&in);
	place.nearest = bytes_u64(&in);
	place.score = float_of(bytes_u32(&in));
	place.likeness = float_of(bytes_u32(&in));
	found = bytes_u64(&in);
	for (size_t i = 0; i < count; i++)
		engine->stream[i] = bytes_u32(&in);
	ret = engine_state_stored_make(engine, engine->stream, count);
	take_looked_up(ret, &in);
	ret->key = key;
	ret->place = place;
	ret->found = found;
	return ret;
}

bool engine_table_key(struct engine *engine, uint64_t key, uint32_t *position)
{
	struct bytes in;

	if (!engine->table || !get(engine->table, 'k', key, 8, &in))
		return false;
	*position = bytes_u32(&in);
	if (in.failed || *position >= engine->count) {
		engine->damaged = true;
		return false;
	}
	return true;
}

/* Positions rise from one to the next, and stay below the engine's count. */
static bool take_positions(struct engine *engine, struct bytes *in,
			   uint32_t *ret, size_t count)
{
	uint64_t last = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t step = pack_take_varint(in);

		if (in->failed || (i > 0 && step == 0) ||
		    step > engine->count - last || last + step >= engine->count)
			return false;
		last += step;
		ret[i] = (uint32_t)last;
	}
	return bytes_left(in) == 0;
}

static uint32_t page_of(uint32_t feature)
{
	return feature >> (32 - PAGE_BITS);
}

/* A feature of a page, and what is told of it. */
struct entry {
	uint32_t feature; /* to begin with, the first that a page may have */
	struct bytes told;
};

static struct entry first_of(uint32_t page)
{
	return (struct entry){ .feature = page << (32 - PAGE_BITS) };
}

/* The next one; false at the end, and where page makes no sense: it failed. */
static bool take_entry(struct bytes *page, struct entry *entry)
{
	uint64_t step, size;

	if (!bytes_left(page))
		return false;
	step = pack_take_varint(page);
	size = pack_take_varint(page);
	page->failed |= (!step && entry->told.next) ||
			step > UINT32_MAX - entry->feature ||
			size > bytes_left(page);
	if (page->failed)
		return false;
	entry->feature += (uint32_t)step;
	entry->told = bytes_of(page->next, (size_t)size);
	bytes_skip(page, (size_t)size);
	return true;
}

/* Nearly every page is asked for many times, and finding it is the work. */
static bool get_page(struct engine *engine, uint32_t number, struct bytes *ret)
{
	struct bytes *page;

	if (!engine->pages)
		engine->pages =
			must(calloc((size_t)1 << PAGE_BITS, sizeof(*page)));
	page = &engine->pages[number];
	/* One that is not there is nothing but not NULL. */
	if (!page->next && !get(engine->table, 'f', number, PAGE_BYTES, page))
		*page = bytes_of("", 0);
	*ret = *page;
	return bytes_left(ret) > 0;
}

static void forget_pages(struct engine *engine)
{
	free(engine->pages);
	engine->pages = NULL;
}

static bool find_entry(struct engine *engine, uint32_t feature,
		       struct bytes *ret)
{
	struct entry entry = first_of(page_of(feature));
	struct bytes page;

	if (!get_page(engine, page_of(feature), &page))
		return false;
	while (take_entry(&page, &entry) && entry.feature < feature)
		continue;
	engine->damaged |= page.failed;
	*ret = entry.told;
	return !page.failed && entry.told.next && entry.feature == feature;
}

bool engine_table_posting(struct engine *engine, struct posting *posting)
{
	uint64_t count, epoch, since;
	struct bytes in;

	if (!find_entry(engine, posting->feature, &in))
		return false;
	count = pack_take_varint(&in);
	epoch = pack_take_varint(&in);
	since = pack_take_varint(&in);
	if (in.failed || count == 0 || count > engine->kept || since > count) {
		engine->damaged = true;
		return false;
	}
	/* Most are asked for their count alone. */
	posting->count = posting->kept = posting->fresh = (uint32_t)count;
	posting->first = (uint32_t)count;
	if (epoch == engine->epoch) {
		posting->frozen = (uint32_t)(count - since);
		posting->frozen_in = engine->serial;
	}
	return true;
}

/* The count positions that stand in front of those in memory. */
static bool get_positions(struct engine *engine, const struct posting *posting,
			  uint32_t count, struct bytes *ret)
{
	if (!engine->table || posting->first < count)
		return false;
	if (count == ENGINE_CHUNK)
		return get(engine->table, 'c',
			   chunk_number(posting->feature,
					posting->first / ENGINE_CHUNK - 1),
			   8, ret);
	if (!find_entry(engine, posting->feature, ret))
		return false;
	for (size_t i = 0; i < 3; i++)
		pack_take_varint(ret);
	return true;
}

bool engine_table_chunk(struct engine *engine, struct posting *posting)
{
	const uint32_t used = posting->count - posting->first;
	const uint32_t odd = posting->first % ENGINE_CHUNK;
	const uint32_t count = odd ? odd : ENGINE_CHUNK;
	uint32_t *many;
	struct bytes in;

	if (!get_positions(engine, posting, count, &in)) {
		engine->damaged = true;
		return false;
	}
	many = must(malloc((count + used + POSTINGS_INLINE) * sizeof(*many)));
	if (!take_positions(engine, &in, many, count)) {
		free(many);
		engine->damaged = true;
		return false;
	}
	memcpy(many + count, engine_state_positions(posting),
	       used * sizeof(*many));
	if (posting->room)
		free(posting->at.many);
	posting->at.many = many;
	posting->room = count + used + POSTINGS_INLINE;
	posting->first -= count;
	return true;
}

struct engine *engine_table_open(const struct engine_table *table, size_t most)
{
	struct engine *engine;
	struct bytes in;
	uint32_t version, count;
	float strict, loose;

	if (!get(table, 'h', 0, 0, &in))
		return NULL;
	version = bytes_u32(&in);
	count = bytes_u32(&in);
	strict = float_of(bytes_u32(&in));
	loose = float_of(bytes_u32(&in));
	if (in.failed || version != TABLE_VERSION || count > most)
		return NULL;
	engine = engine_create(strict, loose);
	engine->table = table;
	engine->count = engine->kept = engine->kept_same = count;
	engine->room = count;
	/* Pages of this are there once they are touched. */
	engine->stored =
		must(calloc(engine->room + 1, sizeof(struct stored *)));
	engine->filled = must(calloc(engine->room / ENGINE_STORED_PAGE + 1, 1));
	engine_state_begin_epoch(engine, count);
	return engine;
}

static void pack_positions(struct pack *out, const uint32_t *at, size_t count)
{
	uint32_t last = 0;

	for (size_t i = 0; i < count; i++) {
		pack_varint(out, at[i] - last);
		last = at[i];
	}
}

static void save_chunks(struct posting *posting,
			const struct engine_table *table, struct arena *arena)
{
	const uint32_t whole = posting->count / ENGINE_CHUNK;

	for (uint32_t chunk = posting->fresh / ENGINE_CHUNK; chunk < whole;
	     chunk++) {
		struct pack out = pack_into(arena);

		pack_positions(&out,
			       engine_state_positions(posting) +
				       (chunk * ENGINE_CHUNK - posting->first),
			       ENGINE_CHUNK);
		put(table, 'c', chunk_number(posting->feature, chunk), 8,
		    pack_done(&out));
	}
	for (uint32_t chunk = whole; chunk < posting->kept / ENGINE_CHUNK;
	     chunk++)
		erase(table, 'c', chunk_number(posting->feature, chunk), 8);
}

static struct bytes pack_posting(struct engine *engine, struct posting *posting,
				 struct arena *arena)
{
	const uint32_t frozen = engine_state_frozen(engine, posting);
	const uint32_t tail = posting->count % ENGINE_CHUNK;
	struct pack out = pack_into(arena);

	pack_varint(&out, posting->count);
	pack_varint(&out, engine->epoch);
	pack_varint(&out, posting->count - frozen);
	pack_positions(&out,
		       engine_state_positions(posting) +
			       (posting->count - tail - posting->first),
		       tail);
	return pack_done(&out);
}

static void put_entry(struct pack *out, uint32_t *last, uint32_t feature,
		      struct bytes told)
{
	pack_varint(out, feature - *last);
	pack_varint(out, bytes_left(&told));
	pack_bytes(out, told.next, bytes_left(&told));
	*last = feature;
}

/* Postings of one page, rising, take the place of what it tells of them. */
static struct bytes merge_page(struct engine *engine, struct bytes page,
			       struct posting *const *all, size_t count,
			       struct arena *arena)
{
	struct entry entry = first_of(page_of(all[0]->feature));
	uint32_t last = entry.feature;
	bool is_there = take_entry(&page, &entry);
	struct pack out = pack_into(arena);

	for (size_t i = 0; i < count || is_there;) {
		if (i == count ||
		    (is_there && entry.feature < all[i]->feature)) {
			put_entry(&out, &last, entry.feature, entry.told);
			is_there = take_entry(&page, &entry);
			continue;
		}
		if (is_there && entry.feature == all[i]->feature)
			is_there = take_entry(&page, &entry);
		if (all[i]->count)
			put_entry(&out, &last, all[i]->feature,
				  pack_posting(engine, all[i], arena));
		i++;
	}
	engine->damaged |= page.failed;
	return pack_done(&out);
}

static void save_page(struct engine *engine, struct posting *const *all,
		      size_t count, const struct engine_table *table,
		      struct arena *arena)
{
	const uint32_t page = page_of(all[0]->feature);
	struct bytes there;

	if (!get(table, 'f', page, PAGE_BYTES, &there))
		there = bytes_of("", 0);
	there = merge_page(engine, there, all, count, arena);
	if (bytes_left(&there))
		put(table, 'f', page, PAGE_BYTES, there);
	else
		erase(table, 'f', page, PAGE_BYTES);
}

static void save_stored(const struct stored *stored, uint32_t position,
			const struct engine_table *table, struct arena *arena,
			uint32_t *stream)
{
	const struct engine_place *place = &stored->place;
	const size_t count = engine_state_stored_stream(stored, stream);
	struct pack out = pack_into(arena);
	struct pack number = pack_into(arena);

	pack_u64(&out, stored->key);
	pack_u64(&out, place->cluster);
	pack_u64(&out, place->family);
	pack_u64(&out, place->nearest);
	pack_u32(&out, bits_of(place->score));
	pack_u32(&out, bits_of(place->likeness));
	pack_u64(&out, stored->found);
	for (size_t i = 0; i < count; i++)
		pack_u32(&out, stream[i]);
	pack_looked_up(&out, stored);
	put(table, 's', position, 4, pack_done(&out));
	pack_u32(&number, position);
	put(table, 'k', stored->key, 8, pack_done(&number));
}

static int by_feature(const void *left, const void *right)
{
	const struct posting *a = *(struct posting *const *)left;
	const struct posting *b = *(struct posting *const *)right;

	return (a->feature > b->feature) - (a->feature < b->feature);
}

/* Read all that is to be known of it, before anything is written. */
static bool is_ready(struct engine *engine, struct posting *posting)
{
	(void)engine_state_frozen(engine, posting);
	return posting->first % ENGINE_CHUNK == 0 ||
	       engine_table_chunk(engine, posting);
}

/* In order of features, which is that of the table. */
static void save_postings(struct engine *engine,
			  const struct engine_table *table, struct arena *arena)
{
	struct posting **all = must(
		malloc((engine->posting_count + 1) * sizeof(struct posting *)));
	size_t count = 0;

	for (size_t i = 0; i < engine->posting_count; i++) {
		struct posting *posting = &engine->postings[i];

		if ((posting->fresh < posting->count ||
		     posting->count != posting->kept) &&
		    is_ready(engine, posting))
			all[count++] = posting;
	}
	/* From here on something is put. */
	forget_pages(engine);
	if (count > 1)
		qsort(all, count, sizeof(struct posting *), by_feature);
	for (size_t i = 0; i < count; i++) {
		save_chunks(all[i], table, arena);
		arena_reset(arena);
	}
	for (size_t i = 0, next; i < count; i = next) {
		const uint32_t page = page_of(all[i]->feature);

		for (next = i;
		     next < count && page_of(all[next]->feature) == page;)
			next++;
		save_page(engine, all + i, next - i, table, arena);
		arena_reset(arena);
	}
	for (size_t i = 0; i < count; i++)
		all[i]->kept = all[i]->fresh = all[i]->count;
	free(all);
}

void engine_table_save(struct engine *engine, const struct engine_table *table)
{
	struct arena arena;
	struct pack out;
	uint32_t position;

	/* Others may have put something since. */
	forget_pages(engine);
	arena_init(&arena);
	for (size_t i = 0; i < engine->cut_count; i++)
		if (!engine_position(engine, engine->cut_keys[i], &position))
			erase(table, 'k', engine->cut_keys[i], 8);
	engine->cut_count = 0;
	for (size_t i = engine->kept_same; i < engine->count; i++) {
		save_stored(engine_state_stored(engine, (uint32_t)i),
			    (uint32_t)i, table, &arena, engine->stream);
		arena_reset(&arena);
	}
	for (size_t i = engine->count; i < engine->kept; i++)
		erase(table, 's', i, 4);
	save_postings(engine, table, &arena);
	out = pack_into(&arena);
	pack_u32(&out, TABLE_VERSION);
	pack_u32(&out, (uint32_t)engine->count);
	pack_u32(&out, bits_of(engine->strict));
	pack_u32(&out, bits_of(engine->loose));
	put(table, 'h', 0, 0, pack_done(&out));
	engine->kept = engine->kept_same = engine->count;
	arena_deinit(&arena);
}

bool engine_table_is_damaged(const struct engine *engine)
{
	return engine->damaged;
}
