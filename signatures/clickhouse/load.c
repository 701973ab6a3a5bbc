#include "signatures/clickhouse/load.h"

#include <stdlib.h>

#include "signatures/clickhouse/load_aside.h"
#include "signatures/clickhouse/load_batch.h"
#include "signatures/clickhouse/load_compare.h"
#include "signatures/clickhouse/load_join.h"
#include "signatures/clickhouse/load_settled.h"

static enum status put_item(struct load *load, const struct load_item *item)
{
	struct crashrow *row;
	struct crashrow_bytes bytes;

	arena_reset(&load->passing);
	row = arena_take(&load->passing, 1, sizeof(*row));
	if (crashrow_read(load->store, item->row, &load->passing, row,
			  load->err))
		return load->err->status;
	bytes = crashrow_encode(row, &load->passing);
	load->tally.sent++;
	return load_batch_put(load, item->id, item->version + 1, &bytes);
}

static enum status put_items(struct load *load)
{
	for (size_t i = 0; i < load->count; i++) {
		const struct load_item *item = &load->items[i];

		if (load->options->progress)
			load->options->progress(load->options->closure, i,
						load->count);
		if (item->is_joined)
			continue;
		load->tally.same += item->is_same;
		if (!item->is_same && put_item(load, item))
			return load->err->status;
	}
	return STATUS_OK;
}

static enum status put_gone(struct load *load)
{
	for (size_t i = 0; i < load->gone.count; i++) {
		const struct load_row *row = &load->gone.at[i];
		struct crashrow_bytes bytes;

		arena_reset(&load->passing);
		bytes = crashrow_encode_gone(row->id, &load->passing);
		if (load_batch_put(load, row->id, row->version + 1, &bytes))
			return load->err->status;
		load->tally.gone++;
	}
	return load_batch_send(load);
}

/*
 * Rows go last where they are taken away: broken off before, a load leaves a
 * crash there twice, and the next one mends that; it never leaves it out.
 */
static enum status run(struct load *load)
{
	if (load_compare(load) || put_items(load) || load_join(load) ||
	    load_batch_send(load) || put_gone(load) ||
	    load_aside(load, load->store))
		return load->err->status;
	return load_settled(load);
}

enum status load_store(struct http *http, const struct address *address,
		       struct store *store, const struct load_options *options,
		       struct load_tally *ret, struct error *err)
{
	struct load load = { .http = http,
			     .address = address,
			     .store = store,
			     .options = options,
			     .err = err };
	enum status status;

	arena_init(&load.passing);
	arena_init(&load.batch);
	load.rows = pack_into(&load.batch);
	status = run(&load);
	*ret = load.tally;
	free(load.items);
	free(load.links);
	free(load.foreign.at);
	free(load.gone.at);
	arena_deinit(&load.batch);
	arena_deinit(&load.passing);
	return status;
}
