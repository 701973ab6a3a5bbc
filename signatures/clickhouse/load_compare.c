#include "signatures/clickhouse/load_compare.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/clickhouse/sql.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/identity.h"

enum {
	ROWS_A_QUESTION = 65536
};

static int by_id(const void *a, const void *b)
{
	const struct load_item *x = a;
	const struct load_item *y = b;

	return hash_128_compare(&x->id, &y->id);
}

static int by_key(const void *a, const void *b)
{
	const struct load_link *x = a;
	const struct load_link *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static void add_links(struct load *load, const struct store_crash *crash,
		      uint32_t row)
{
	uint64_t keys[IDENTITY_SEEKS];

	for (size_t i = 0; i < crash->file_count; i++) {
		const size_t count =
			identity_seeks(&crash->files[i].crash, keys);

		if (load->link_room - load->link_count < IDENTITY_SEEKS) {
			load->link_room = load->link_room * 2 + 1024;
			load->links = must(realloc(
				load->links,
				load->link_room * sizeof(*load->links)));
		}
		for (size_t n = 0; n < count; n++)
			load->links[load->link_count++] =
				(struct load_link){ keys[n], row };
	}
}

/* Links name rows first, and items once these are in order. */
static void sort(struct load *load)
{
	uint32_t *item_of_row =
		must(calloc(load->count + 1, sizeof(*item_of_row)));

	qsort(load->items, load->count, sizeof(*load->items), by_id);
	for (uint32_t i = 0; i < load->count; i++)
		item_of_row[load->items[i].row] = i;
	for (size_t i = 0; i < load->link_count; i++)
		load->links[i].item = item_of_row[load->links[i].item];
	if (load->link_count)
		qsort(load->links, load->link_count, sizeof(*load->links),
		      by_key);
	free(item_of_row);
}

static enum status read_store(struct load *load)
{
	const uint32_t count = store_row_count(load->store);

	load->items = must(calloc((size_t)count + 1, sizeof(*load->items)));
	for (uint32_t row = 0; row < count; row++) {
		struct load_item *item = &load->items[load->count];
		struct crashrow *crash;
		struct crashrow_bytes bytes;

		arena_reset(&load->passing);
		crash = arena_take(&load->passing, 1, sizeof(*crash));
		if (crashrow_read(load->store, row, &load->passing, crash,
				  load->err))
			return load->err->status;
		bytes = crashrow_encode(crash, &load->passing);
		item->id = crash->crash.identity;
		item->content = bytes.content;
		item->records_hash = bytes.records_hash;
		item->is_settled = crashrow_has_given(crash);
		item->row = row;
		add_links(load, &crash->crash, row);
		load->count++;
	}
	sort(load);
	return STATUS_OK;
}

struct load_item *load_compare_find(const struct load *load, struct hash128 id)
{
	const struct load_item wanted = { .id = id };

	return load->count ? bsearch(&wanted, load->items, load->count,
				     sizeof(*load->items), by_id)
			   : NULL;
}

static void add_row(struct load_rows *rows, struct load_row row)
{
	if (rows->count == rows->room) {
		rows->room = rows->room * 2 + 64;
		rows->at =
			must(realloc(rows->at, rows->room * sizeof(*rows->at)));
	}
	rows->at[rows->count++] = row;
}

/* Items that share a key; join marks them; is there any? */
static bool find_linked(struct load *load, uint64_t key, bool join)
{
	size_t from = 0;
	size_t to = load->link_count;
	bool is_any;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;

		if (load->links[middle].key < key)
			from = middle + 1;
		else
			to = middle;
	}
	is_any = from < load->link_count && load->links[from].key == key;
	for (; join && from < load->link_count && load->links[from].key == key;
	     from++)
		load->items[load->links[from].item].is_joined = true;
	return is_any;
}

/* Is this row as it was when the store was made of it? */
static bool is_known(const struct load *load, const struct load_row *row)
{
	const struct fetch_row *known =
		load->options->known
			? fetch_known_find(load->options->known, row->id)
			: NULL;

	return known && hash_128_equal(known->content, row->content);
}

/* A row there that is not as it is here. */
static void take_other(struct load *load, const struct load_row *row,
		       struct load_item *item, struct bytes links)
{
	const size_t count = pack_take_count(&links, SIZE_MAX);
	bool is_linked = item != NULL;

	if (is_known(load, row)) {
		if (!item)
			add_row(&load->gone, *row);
		return;
	}
	/* The same files: what is settled now goes before what was before. */
	if (item && item->records_hash == row->records_hash &&
	    (item->is_settled || row->fields == tables_fields())) {
		item->is_same = !item->is_settled;
		return;
	}

	struct bytes again = links;

	for (size_t i = 0; i < count; i++)
		is_linked |= find_linked(load, bytes_u64(&again), false);
	if (!is_linked)
		return;
	add_row(&load->foreign, *row);
	if (item)
		item->is_joined = true;
	for (size_t i = 0; i < count; i++)
		find_linked(load, bytes_u64(&links), true);
}

static void take_row(struct load *load, struct bytes *in, struct hash128 *last)
{
	struct load_row row;
	struct load_item *item;
	struct bytes links;

	row.id = crashrow_take_id(in);
	row.version = bytes_u64(in);
	row.content = crashrow_take_id(in);

	const bool is_there = bytes_u8(in) != 0;

	links = *in;
	bytes_skip(in, 8 * pack_take_varint(in));
	row.fields = bytes_u64(in);
	row.records_hash = bytes_u64(in);
	*last = row.id;
	item = load_compare_find(load, row.id);
	if (item)
		item->version = row.version;
	if (item && is_there && hash_128_equal(item->content, row.content))
		item->is_same = true;
	else if (is_there)
		take_other(load, &row, item, links);
}

static enum status ask(struct load *load, struct hash128 *last, bool is_first,
		       size_t *count)
{
	struct http_answer answer;
	struct sql sql;
	size_t taken = 0;

	arena_reset(&load->passing);
	sql = sql_begin(&load->passing);
	sql_add(&sql,
		"SELECT id_high, id_low, version, content_high, content_low,"
		" file_count, links, fields, records_hash FROM %s.crashes "
		"FINAL",
		load->address->database);
	if (!is_first)
		sql_add(&sql,
			" WHERE id_high >= %" PRIu64 " AND (id_high > %" PRIu64
			" OR id_low > %" PRIu64 ")",
			last->high, last->high, last->low);
	sql_add(&sql, " ORDER BY id_high, id_low LIMIT %d FORMAT RowBinary",
		ROWS_A_QUESTION);
	if (http_ask(load->http, sql_done(&sql), &answer, load->err))
		return load->err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && !in.failed; taken++)
		take_row(load, &in, last);
	http_answer_free(&answer);
	*count = taken;
	return STATUS_OK;
}

enum status load_compare(struct load *load)
{
	struct hash128 last = { 0, 0 };
	size_t count = ROWS_A_QUESTION;

	if (read_store(load))
		return load->err->status;
	for (bool is_first = true; count == ROWS_A_QUESTION; is_first = false)
		if (ask(load, &last, is_first, &count))
			return load->err->status;
	return STATUS_OK;
}
