#include "signatures/store/pending.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/pack.h"
#include "signatures/base/room.h"
#include "signatures/store/column.h"
#include "signatures/store/hashes.h"
#include "signatures/store/machines.h"
#include "signatures/store/memo.h"
#include "signatures/store/posting.h"
#include "signatures/store/roaring.h"
#include "signatures/store/term.h"

enum {
	CHANGES_MOST = 16 << 20, /* 256 MiB of them */
	DIGIT_BITS = 11,
	DIGITS = 1 << DIGIT_BITS
};

/* Of a posting (term, row, delta), a pair, or a column (row, order, number). */
struct change {
	uint32_t major;
	uint32_t minor;
	uint64_t value;
};

struct log {
	struct change *changes;
	size_t count;
	size_t room;
};

struct pending {
	struct log postings[SCHEMA_FIELDS];
	struct log columns[SCHEMA_FIELDS];
	struct log pairs;
	size_t count;
};

struct pending *pending_create(void)
{
	return must(calloc(1, sizeof(struct pending)));
}

void pending_destroy(struct pending *pending)
{
	if (!pending)
		return;
	for (size_t i = 0; i < SCHEMA_FIELDS; i++) {
		free(pending->postings[i].changes);
		free(pending->columns[i].changes);
	}
	free(pending->pairs.changes);
	free(pending);
}

static void add(struct pending *pending, struct log *log, uint32_t major,
		uint32_t minor, uint64_t value)
{
	if (log->count == log->room) {
		log->room = log->room * 2 + 256;
		log->changes = room_again(log->changes,
					  log->room * sizeof(*log->changes));
	}
	log->changes[log->count++] = (struct change){ major, minor, value };
	pending->count++;
}

void pending_posting(struct store *store, uint8_t field, uint32_t term,
		     uint32_t row, int delta)
{
	add(store->pending, &store->pending->postings[field], term, row,
	    (uint64_t)(int64_t)delta);
}

static void put_column(struct store *store, uint8_t field, uint32_t row,
		       uint64_t number)
{
	struct log *log = &store->pending->columns[field];

	add(store->pending, log, row, (uint32_t)log->count, number);
}

void pending_column(struct store *store, const struct field *field,
		    uint32_t row, uint64_t number)
{
	put_column(store, field->number, row, number);
}

void pending_list(struct store *store, uint32_t row, uint32_t list)
{
	put_column(store, SCHEMA_COLUMN_LISTS, row, list);
}

void pending_pair(struct store *store, uint32_t bugcheck, uint32_t machine,
		  int delta)
{
	add(store->pending, &store->pending->pairs, bugcheck, machine,
	    (uint64_t)(int64_t)delta);
}

static int by_place(const void *left, const void *right)
{
	const struct change *a = left, *b = right;

	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	return (a->minor > b->minor) - (a->minor < b->minor);
}

static uint64_t place_of(const struct change *change)
{
	return (uint64_t)change->major << 32 | change->minor;
}

/* One pass of a radix sort; false, and nothing done, if all digits are one. */
static bool sort_digit(const struct change *from, struct change *to,
		       size_t count, unsigned int shift)
{
	static size_t starts[DIGITS];
	size_t sum_of = 0;

	memset(starts, 0, sizeof(starts));
	for (size_t i = 0; i < count; i++)
		starts[place_of(&from[i]) >> shift & (DIGITS - 1)]++;
	if (starts[place_of(&from[0]) >> shift & (DIGITS - 1)] == count)
		return false;
	for (size_t i = 0; i < DIGITS; i++) {
		const size_t here = starts[i];

		starts[i] = sum_of;
		sum_of += here;
	}
	for (size_t i = 0; i < count; i++)
		to[starts[place_of(&from[i]) >> shift & (DIGITS - 1)]++] =
			from[i];
	return true;
}

static void sort_many(struct log *log)
{
	struct change *other = room_take(log->room, sizeof(*other));

	for (unsigned int shift = 0; shift < 64; shift += DIGIT_BITS) {
		struct change *kept = log->changes;

		if (!sort_digit(kept, other, log->count, shift))
			continue;
		log->changes = other;
		other = kept;
	}
	free(other);
}

static void sort(struct log *log)
{
	size_t i = 1;

	while (i < log->count &&
	       by_place(&log->changes[i - 1], &log->changes[i]) <= 0)
		i++;
	if (i >= log->count)
		return;
	if (log->count >= DIGITS)
		sort_many(log);
	else
		qsort(log->changes, log->count, sizeof(*log->changes),
		      by_place);
}

/* Sum up the changes of the place at *at, and step behind them. */
static int64_t sum(const struct log *log, size_t *at)
{
	const struct change *first = &log->changes[*at];
	int64_t total = 0;

	for (; *at < log->count && !by_place(first, &log->changes[*at]); ++*at)
		total += (int64_t)log->changes[*at].value;
	return total;
}

static void count_machine(struct store *store, uint32_t bugcheck, int64_t delta)
{
	struct term *term =
		term_at(store, field_find("bugcheck")->number, bugcheck);

	if (term)
		term_count(store, term, 0, delta);
}

static void flush_pairs(struct store *store, struct arena *arena)
{
	struct log *log = &store->pending->pairs;

	sort(log);
	for (size_t at = 0; at < log->count;) {
		const struct change *it = &log->changes[at];
		const int64_t delta = sum(log, &at);
		struct btree_key key = btree_key();
		struct pack out = pack_into(arena);
		uint64_t count = 0;
		struct bytes in;

		if (!delta)
			continue;
		btree_key_u32(&key, it->major);
		btree_key_u32(&key, it->minor);
		if (btree_get(store, SCHEMA_PAIR, &key, &in))
			count = pack_take_varint(&in);
		if (!count)
			count_machine(store, it->major, 1);
		count += (uint64_t)delta;
		pack_varint(&out, count);
		if (count) {
			btree_put(store, SCHEMA_PAIR, &key, pack_done(&out));
		} else {
			count_machine(store, it->major, -1);
			btree_delete(store, SCHEMA_PAIR, &key);
		}
		arena_reset(arena);
	}
	log->count = 0;
}

/* One chunk of one term: the changes from *at on that belong to it. */
static void flush_posting(struct store *store, uint8_t field,
			  const struct log *log, size_t *at,
			  struct arena *arena)
{
	const uint32_t term = log->changes[*at].major;
	const uint32_t chunk = log->changes[*at].minor / SCHEMA_POSTING_ROWS;
	const uint32_t first_row = chunk * SCHEMA_POSTING_ROWS;
	const struct btree_key key = posting_key(field, term, (uint16_t)chunk);
	roaring_bitmap_t *rows = roaring_create();
	struct bytes in;

	if (btree_get(store, SCHEMA_POSTING, &key, &in) &&
	    !posting_decode(in, first_row, rows) && !store->failed)
		store->failed = MDB_CORRUPTED;
	while (*at < log->count && log->changes[*at].major == term &&
	       log->changes[*at].minor / SCHEMA_POSTING_ROWS == chunk) {
		const uint32_t row = log->changes[*at].minor;
		const int64_t delta = sum(log, at);

		if (delta > 0)
			roaring.bitmap_add(rows, row);
		else if (delta < 0)
			roaring.bitmap_remove(rows, row);
	}
	if (roaring.bitmap_is_empty(rows))
		btree_delete(store, SCHEMA_POSTING, &key);
	else
		btree_put(store, SCHEMA_POSTING, &key,
			  posting_encode(rows, first_row, arena));
	roaring.bitmap_free(rows);
}

/* Terms of rows that changed, for their machines to be counted. */
struct touched {
	uint32_t *terms;
	size_t count;
	uint8_t field;
};

/* log is in order. */
static void touch(struct touched *touched, uint8_t field, const struct log *log)
{
	touched->field = field;
	touched->terms =
		must(malloc((log->count + 1) * sizeof(*touched->terms)));
	for (size_t i = 0; i < log->count; i++)
		if (!i || log->changes[i].major != log->changes[i - 1].major)
			touched->terms[touched->count++] =
				log->changes[i].major;
}

static void flush_postings(struct store *store, struct arena *arena,
			   struct touched *touched)
{
	for (size_t field = 0; field < SCHEMA_FIELDS; field++) {
		struct log *log = &store->pending->postings[field];

		sort(log);
		if (log->count && machines_are_counted((uint8_t)field))
			touch(touched, (uint8_t)field, log);
		for (size_t at = 0; at < log->count;) {
			flush_posting(store, (uint8_t)field, log, &at, arena);
			arena_reset(arena);
		}
		log->count = 0;
	}
}

/* Nobody but the column knows how many crashes have a given value. */
static void count_given(struct store *store, uint8_t field, uint64_t before,
			uint64_t after)
{
	struct term *old =
		before ? term_at(store, field, (uint32_t)before) : NULL;
	struct term *new =
		after ? term_at(store, field, (uint32_t)after) : NULL;

	if (old)
		term_count(store, old, -1, 0);
	if (new)
		term_count(store, new, 1, 0);
}

static void flush_column(struct store *store, uint8_t number, uint64_t none,
			 bool is_given)
{
	struct log *log = &store->pending->columns[number];
	uint64_t *values = must(malloc(STORE_CHUNK_ROWS * sizeof(*values)));

	sort(log);
	for (size_t at = 0; at < log->count;) {
		const uint32_t chunk =
			log->changes[at].major / STORE_CHUNK_ROWS;

		column_read(store, number, none, chunk, values);
		for (; at < log->count &&
		       log->changes[at].major / STORE_CHUNK_ROWS == chunk;
		     at++) {
			const struct change *it = &log->changes[at];
			uint64_t *value = &values[it->major % STORE_CHUNK_ROWS];

			if (is_given && *value != it->value)
				count_given(store, number, *value, it->value);
			*value = it->value;
		}
		column_write(store, number, none, chunk, values);
	}
	log->count = 0;
	free(values);
}

static void flush_entries(struct store *store)
{
	struct touched touched = { .count = 0 };
	struct arena arena;

	arena_init(&arena);
	flush_pairs(store, &arena);
	flush_postings(store, &arena, &touched);
	arena_deinit(&arena);
	for (const struct field *field = field_table; field->name; field++)
		if (store->pending->columns[field->number].count)
			flush_column(store, field->number, column_none(field),
				     !field->values &&
					     field->index == FIELD_COLUMN);
	if (store->pending->columns[SCHEMA_COLUMN_LISTS].count)
		flush_column(store, SCHEMA_COLUMN_LISTS, 0, false);
	machines_count(store, touched.field, touched.terms, touched.count);
	free(touched.terms);
	memo_flush(store);
	if (term_flush(store))
		memo_forget(store);
	store->pending->count = 0;
}

void pending_relieve(struct store *store)
{
	if (store->pending->count >= CHANGES_MOST)
		flush_entries(store);
	if (hashes_is_much(store))
		hashes_flush(store);
}

void pending_flush(struct store *store)
{
	flush_entries(store);
	hashes_flush(store);
}
