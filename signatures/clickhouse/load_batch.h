/*
 * load_batch.h - rows on their way to the server, many at a time.
 */
#ifndef CLICKHOUSE_LOAD_BATCH_H
#define CLICKHOUSE_LOAD_BATCH_H

#include "signatures/clickhouse/load_state.h"

/* A row more for the batch, which is sent when it is full. */
enum status load_batch_put(struct load *load, struct hash128 id,
			   uint64_t version,
			   const struct crashrow_bytes *bytes) MUST_CHECK;

/* Send what is in the batch. */
enum status load_batch_send(struct load *load) MUST_CHECK;

#endif
