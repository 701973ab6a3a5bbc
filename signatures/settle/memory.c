#include "signatures/settle/memory.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/store/store_settled.h"

enum {
	MEMORY_VERSION = 7,
	KEY_BYTES = 9,
	FIRST_BYTES = 32, /* of a signature: its first crash */
	PAGE_BITS = 12,	  /* of a frame: the page its name is on */
	FLAG_BARE = 1
};

static size_t make_key(uint8_t ret[KEY_BYTES], char kind, uint64_t number,
		       size_t bytes)
{
	ret[0] = (uint8_t)kind;
	for (size_t i = 0; i < bytes; i++)
		ret[1 + i] = (uint8_t)(number >> 8 * (bytes - 1 - i));
	return 1 + bytes;
}

static bool get(struct store *store, char kind, uint64_t number, size_t bytes,
		struct bytes *ret)
{
	uint8_t key[KEY_BYTES];

	return store_settled_get(store, key, make_key(key, kind, number, bytes),
				 ret);
}

static void put(struct store *store, char kind, uint64_t number, size_t bytes,
		struct bytes value)
{
	uint8_t key[KEY_BYTES];

	store_settled_put(store, key, make_key(key, kind, number, bytes),
			  value);
}

/* As put(), where it is not there already. */
static void put_changed(struct store *store, char kind, uint64_t number,
			size_t bytes, struct bytes value)
{
	struct bytes there;

	if (!get(store, kind, number, bytes, &there) ||
	    bytes_left(&there) != bytes_left(&value) ||
	    memcmp(there.next, value.next, bytes_left(&value)) != 0)
		put(store, kind, number, bytes, value);
}

static void erase(struct store *store, char kind, uint64_t number, size_t bytes)
{
	uint8_t key[KEY_BYTES];

	store_settled_erase(store, key, make_key(key, kind, number, bytes));
}

static void pack_u32(struct pack *out, uint32_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		pack_u8(out, (uint8_t)(value >> 8 * i));
}

/* As it was put, if by today's rules. */
static bool read_head(struct store *store, struct memory_head *ret,
		      uint64_t *entries)
{
	struct bytes in;

	if (!get(store, STORE_SETTLED_HEAD, 0, 0, &in))
		return false;
	if (bytes_u32(&in) != MEMORY_VERSION || bytes_u64(&in) != MEMORY_RULES)
		return false;
	ret->lists = bytes_u64(&in);
	*entries = bytes_u64(&in);
	ret->rows = bytes_u32(&in);
	ret->signatures = bytes_u32(&in);
	ret->bare = bytes_u32(&in) & FLAG_BARE;
	return !in.failed;
}

bool memory_head(struct store *store, struct memory_head *ret)
{
	const uint64_t there = store_settled_count(store);
	uint64_t entries;

	if (!there || !read_head(store, ret, &entries) || entries != there)
		return false;
	/* Rows may have become fewer since, not by so many. */
	return ret->signatures <= ret->rows &&
	       ret->rows / 2 <= store_row_count(store) + MEMORY_CHUNK;
}

bool memory_has_names(struct store *store, uint64_t lists)
{
	struct memory_head head;
	uint64_t entries;

	if (store_crash_is_elsewhere(store))
		return read_head(store, &head, &entries);
	return memory_head(store, &head) && head.lists == lists;
}

void memory_put_head(struct store *store, const struct memory_head *head)
{
	struct arena arena;
	struct pack out;
	struct bytes in;

	store_settled_start(store);
	arena_init(&arena);
	out = pack_into(&arena);
	pack_u32(&out, MEMORY_VERSION);
	pack_u64(&out, MEMORY_RULES);
	pack_u64(&out, head->lists);
	pack_u64(&out, store_settled_count(store) +
			       !get(store, STORE_SETTLED_HEAD, 0, 0, &in));
	pack_u32(&out, head->rows);
	pack_u32(&out, head->signatures);
	pack_u32(&out, head->bare ? FLAG_BARE : 0);
	put(store, STORE_SETTLED_HEAD, 0, 0, pack_done(&out));
	arena_deinit(&arena);
}

/* What is told of signatures from a position on, to the end of its chunk. */
static bool find_firsts(struct store *store, uint32_t position,
			struct bytes *ret)
{
	if (!get(store, 'm', position / MEMORY_FIRSTS, 4, ret))
		return false;
	bytes_skip(ret, (size_t)(position % MEMORY_FIRSTS) * FIRST_BYTES);
	return !ret->failed && bytes_left(ret) >= FIRST_BYTES;
}

static struct corpus_first take_first(struct bytes *in)
{
	struct corpus_first ret = { .key = bytes_u64(in) };

	ret.time = bytes_u64(in);
	ret.identity = pack_take_hash(in);
	return ret;
}

bool memory_first(struct store *store, uint32_t position,
		  struct corpus_first *ret)
{
	struct bytes in;

	*ret = (struct corpus_first){ 0 };
	if (!find_firsts(store, position, &in))
		return false;
	*ret = take_first(&in);
	return true;
}

size_t memory_firsts(struct store *store, uint32_t position,
		     struct corpus_first ret[MEMORY_FIRSTS])
{
	struct bytes in;
	size_t count = 0;

	if (!find_firsts(store, position, &in))
		return 0;
	while (count < MEMORY_FIRSTS && bytes_left(&in) >= FIRST_BYTES)
		ret[count++] = take_first(&in);
	return count;
}

static void pack_first(struct pack *out, const struct corpus_first *first)
{
	pack_u64(out, first->key);
	pack_u64(out, first->time);
	pack_hash(out, first->identity);
}

static void put_firsts(struct store *store, uint32_t chunk,
		       const struct corpus_first *firsts, size_t count)
{
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	out = pack_into(&arena);
	for (size_t i = 0; i < count; i++)
		pack_first(&out, &firsts[i]);
	put_changed(store, 'm', chunk, 4, pack_done(&out));
	arena_deinit(&arena);
}

void memory_put_firsts(struct store *store, uint32_t position,
		       const struct corpus_first *firsts, size_t count)
{
	struct corpus_first here[MEMORY_FIRSTS] = { 0 };
	uint32_t chunk = position / MEMORY_FIRSTS;
	size_t used = position % MEMORY_FIRSTS;
	struct bytes there;

	if (used)
		memory_firsts(store, chunk * MEMORY_FIRSTS, here);
	for (; used || count; chunk++) {
		while (used < MEMORY_FIRSTS && count) {
			here[used++] = *firsts++;
			count--;
		}
		put_firsts(store, chunk, here, used);
		used = 0;
	}
	for (; get(store, 'm', chunk, 4, &there); chunk++)
		erase(store, 'm', chunk, 4);
}

uint32_t *memory_rows(struct store *store, const struct memory_head *head,
		      size_t more)
{
	uint32_t *ret = must(calloc(head->rows + more + 1, sizeof(*ret)));

	for (size_t row = 0; row < head->rows; row += MEMORY_CHUNK) {
		struct bytes in = bytes_absent();

		get(store, 'r', row / MEMORY_CHUNK, 4, &in);
		for (size_t i = row;
		     i < row + MEMORY_CHUNK && i < head->rows && !in.failed;
		     i++) {
			const uint64_t told = pack_take_varint(&in);

			in.failed |= told > (uint64_t)head->signatures + 1;
			ret[i] = told > 1    ? (uint32_t)(told - 1)
				 : told == 1 ? MEMORY_UNCLUSTERED
					     : MEMORY_DIRTY;
		}
		if (in.failed) {
			free(ret);
			return NULL;
		}
	}
	return ret;
}

static void pack_row(struct pack *out, uint32_t row)
{
	if (row == MEMORY_UNCLUSTERED)
		pack_varint(out, 1);
	else
		pack_varint(out, row == MEMORY_DIRTY ? 0 : (uint64_t)row + 1);
}

void memory_put_rows(struct store *store, const uint32_t *rows, size_t count)
{
	struct arena arena;

	arena_init(&arena);
	for (size_t row = 0; row < count; row += MEMORY_CHUNK) {
		const size_t left = count - row;
		const size_t here = left < MEMORY_CHUNK ? left : MEMORY_CHUNK;
		struct pack out = pack_into(&arena);

		for (size_t i = 0; i < here; i++)
			pack_row(&out, rows[row + i]);
		put_changed(store, 'r', row / MEMORY_CHUNK, 4, pack_done(&out));
		arena_reset(&arena);
	}
	arena_deinit(&arena);
}

static uint32_t page_of(uint64_t frame)
{
	return (uint32_t)(frame >> (64 - PAGE_BITS));
}

static void put_page(struct store *store, uint32_t page,
		     const struct corpus_name *names, size_t count)
{
	struct arena arena;
	struct pack out;

	arena_init(&arena);
	out = pack_into(&arena);
	for (size_t i = 0; i < count; i++) {
		pack_u64(&out, names[i].frame);
		pack_u64(&out, names[i].name);
	}
	put_changed(store, STORE_SETTLED_NAMES, page, 2, pack_done(&out));
	arena_deinit(&arena);
}

void memory_put_names(struct store *store, const struct corpus_name *names,
		      size_t count)
{
	size_t i = 0;

	for (uint32_t page = 0; page < 1 << PAGE_BITS; page++) {
		const size_t first = i;

		while (i < count && page_of(names[i].frame) == page)
			i++;
		if (i > first)
			put_page(store, page, names + first, i - first);
		else
			erase(store, STORE_SETTLED_NAMES, page, 2);
	}
}

uint64_t memory_name(struct store *store, uint64_t frame)
{
	const size_t each = sizeof(struct corpus_name);
	struct bytes all;
	size_t low = 0;
	size_t high;

	if (!get(store, STORE_SETTLED_NAMES, page_of(frame), 2, &all))
		return frame;
	high = bytes_left(&all) / each;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		struct bytes in = bytes_part(all, middle * each, each);
		const uint64_t there = bytes_u64(&in);

		if (there == frame)
			return bytes_u64(&in);
		if (there < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return frame;
}

bool memory_is_damaged(const struct store *store, const struct engine *engine)
{
	return store_settled_is_damaged(store) ||
	       (engine && engine_table_is_damaged(engine));
}

static bool table_get(void *closure, const uint8_t *key, size_t size,
		      struct bytes *ret)
{
	return store_settled_get(closure, key, size, ret);
}

static void table_put(void *closure, const uint8_t *key, size_t size,
		      struct bytes value)
{
	store_settled_put(closure, key, size, value);
}

static void table_erase(void *closure, const uint8_t *key, size_t size)
{
	store_settled_erase(closure, key, size);
}

struct engine_table memory_table(struct store *store)
{
	return (struct engine_table){ store, table_get, table_put,
				      table_erase };
}
