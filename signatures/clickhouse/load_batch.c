#include "signatures/clickhouse/load_batch.h"

#include "signatures/clickhouse/tables.h"

enum {
	/* The server makes a part of each insert, and wants them large. */
	BATCH_BYTES = 8 * 1024 * 1024
};

enum status load_batch_send(struct load *load)
{
	enum status status = STATUS_OK;

	if (load->rows.size)
		status = http_insert(
			load->http,
			tables_insert(load->address, "crashes", &load->batch),
			pack_done(&load->rows), load->err);
	arena_reset(&load->batch);
	load->rows = pack_into(&load->batch);
	return status;
}

enum status load_batch_put(struct load *load, struct hash128 id,
			   uint64_t version, const struct crashrow_bytes *bytes)
{
	crashrow_put(&load->rows, id, version, bytes);
	return load->rows.size >= BATCH_BYTES ? load_batch_send(load)
					      : STATUS_OK;
}
