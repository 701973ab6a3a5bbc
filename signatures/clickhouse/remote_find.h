/*
 * remote_find.h - crashes of a remote store by row, id, content and name, and
 * its tally; see store_foreign.h.
 */
#ifndef CLICKHOUSE_REMOTE_FIND_H
#define CLICKHOUSE_REMOTE_FIND_H

#include "signatures/clickhouse/remote_state.h"

enum status remote_find_crash(void *state, uint32_t row, struct arena *arena,
			      struct store_crash *ret, struct error *err);

/* id_high, id_low, cluster and records of these, in order of ids. */
enum status remote_find_ask(struct remote *remote, const struct hash128 *ids,
			    size_t count, struct arena *arena,
			    struct http_answer *ret, struct error *err);

/* As remote_crashes(). */
enum status remote_find_crashes(struct remote *remote,
				const struct hash128 *ids, size_t count,
				struct arena *arena, struct remote_crash *ret,
				struct error *err);

size_t remote_find_id(void *state, const char *prefix, uint32_t *rows,
		      size_t max);
bool remote_find_content(void *state, struct hash128 content, uint32_t *row);
void remote_find_source(void *state, const char *source, store_row_take *take,
			void *closure);
enum status remote_find_tally(void *state, struct store_tally *ret,
			      struct error *err);

#endif
