#include "signatures/clickhouse/load_join.h"

#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/clickhouse/load_aside.h"
#include "signatures/clickhouse/load_batch.h"
#include "signatures/store/store_scratch.h"
#include "signatures/store/store_write.h"

/* The files of an item, as the store has them. */
static enum status put_item(struct load *load, const struct load_item *item,
			    struct store *scratch)
{
	struct store_crash crash;
	enum store_outcome outcome;

	arena_reset(&load->passing);
	if (store_crash_read(load->store, item->row, &load->passing, &crash,
			     load->err))
		return load->err->status;
	for (size_t i = 0; i < crash.file_count; i++)
		if (store_put(scratch, &crash.files[i], &load->passing,
			      &outcome, load->err))
			return load->err->status;
	return STATUS_OK;
}

/* First the store's files: where both have read one, its reading stays. */
static enum status gather(struct load *load, struct store *scratch)
{
	struct arena arena;
	struct hash128 *ids;
	enum status status;

	for (size_t i = 0; i < load->count; i++)
		if (load->items[i].is_joined &&
		    put_item(load, &load->items[i], scratch))
			return load->err->status;
	arena_init(&arena);
	ids = arena_take(&arena, load->foreign.count, sizeof(*ids));
	for (size_t i = 0; i < load->foreign.count; i++)
		ids[i] = load->foreign.at[i].id;
	status = fetch_crashes(load->http, load->address, ids,
			       load->foreign.count, scratch, load->err);
	arena_deinit(&arena);
	return status;
}

/* They came in the order of their ids, which are what a row begins with. */
static const struct load_row *find_foreign(const struct load *load,
					   struct hash128 id)
{
	return bsearch(&id, load->foreign.at, load->foreign.count,
		       sizeof(*load->foreign.at), hash_128_compare);
}

/* What the store itself says about a crash goes before what was fetched. */
static enum status take_given(struct load *load, const struct load_item *item,
			      struct crashrow *row)
{
	struct crashrow *own = arena_take(&load->passing, 1, sizeof(*own));

	if (crashrow_read(load->store, item->row, &load->passing, own,
			  load->err))
		return load->err->status;
	for (size_t i = 0; i < CRASHROW_FIELDS && crashrow_has_given(own); i++)
		row->given[i] = own->given[i];
	return STATUS_OK;
}

static enum status put_row(struct load *load, struct store *scratch,
			   uint32_t number, struct hash128 *id)
{
	struct crashrow *row;
	struct load_item *item;
	const struct load_row *foreign;
	struct crashrow_bytes bytes;
	uint64_t version;

	arena_reset(&load->passing);
	row = arena_take(&load->passing, 1, sizeof(*row));
	if (crashrow_read(scratch, number, &load->passing, row, load->err))
		return load->err->status;
	*id = row->crash.identity;
	item = load_compare_find(load, *id);
	foreign = find_foreign(load, *id);
	if (item && take_given(load, item, row))
		return load->err->status;
	bytes = crashrow_encode(row, &load->passing);
	if ((foreign && hash_128_equal(foreign->content, bytes.content)) ||
	    (item && item->is_same &&
	     hash_128_equal(item->content, bytes.content)))
		return STATUS_OK;
	version = item ? item->version : 0;
	if (foreign && foreign->version > version)
		version = foreign->version;
	load->tally.joined++;
	return load_batch_put(load, *id, version + 1, &bytes);
}

static bool is_among(const struct hash128 *ids, size_t count, struct hash128 id)
{
	return bsearch(&id, ids, count, sizeof(*ids), hash_128_compare) != NULL;
}

static void add_gone(struct load *load, struct load_row row)
{
	struct load_rows *gone = &load->gone;

	if (gone->count == gone->room) {
		gone->room = gone->room * 2 + 64;
		gone->at =
			must(realloc(gone->at, gone->room * sizeof(*gone->at)));
	}
	gone->at[gone->count++] = row;
}

/* Rows there whose crash has got another id by being joined. */
static void find_gone(struct load *load, const struct hash128 *ids,
		      size_t count)
{
	for (size_t i = 0; i < load->foreign.count; i++)
		if (!is_among(ids, count, load->foreign.at[i].id))
			add_gone(load, load->foreign.at[i]);
	for (size_t i = 0; i < load->count; i++) {
		const struct load_item *item = &load->items[i];

		if (item->is_joined && item->version &&
		    !find_foreign(load, item->id) &&
		    !is_among(ids, count, item->id))
			add_gone(load,
				 (struct load_row){ .id = item->id,
						    .version = item->version });
	}
}

static enum status put_all(struct load *load, struct store *scratch)
{
	const uint32_t count = store_row_count(scratch);
	struct arena arena;
	struct hash128 *ids;
	enum status status = STATUS_OK;

	arena_init(&arena);
	ids = arena_take(&arena, (size_t)count + 1, sizeof(*ids));
	for (uint32_t row = 0; row < count && !status; row++)
		status = put_row(load, scratch, row, &ids[row]);
	if (!status) {
		qsort(ids, count, sizeof(*ids), hash_128_compare);
		find_gone(load, ids, count);
	}
	arena_deinit(&arena);
	return status ? status : load_aside(load, scratch);
}

enum status load_join(struct load *load)
{
	struct store *scratch = NULL;
	struct arena arena;
	const char *folder;
	enum status status;

	if (load->foreign.count == 0)
		return STATUS_OK;
	arena_init(&arena);
	status = store_scratch_make(load->options->scratch_dir, &arena, &folder,
				    load->err);
	if (status) {
		arena_deinit(&arena);
		return status;
	}
	status = store_scratch_open(folder, &scratch, load->err);
	if (!status)
		status = store_begin(scratch, load->err);
	if (!status)
		status = gather(load, scratch);
	if (!status)
		status = store_commit(scratch, load->err);
	if (!status)
		status = store_begin(scratch, load->err);
	if (!status)
		status = put_all(load, scratch);
	store_close(scratch);
	store_scratch_remove(folder);
	arena_deinit(&arena);
	return status;
}
