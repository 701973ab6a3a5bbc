#include "signatures/clickhouse/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/clickhouse/remote_expect.h"
#include "signatures/clickhouse/remote_find.h"
#include "signatures/clickhouse/remote_lists.h"
#include "signatures/clickhouse/remote_postings.h"
#include "signatures/clickhouse/remote_settled.h"
#include "signatures/clickhouse/remote_terms.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/store/store_foreign.h"

static enum status begin(void *state, uint32_t *rows, struct error *err)
{
	struct remote *remote = state;
	struct http_answer answer;
	char columns[64];

	snprintf(columns, sizeof(columns),
		 "count(), countIf(fields != %" PRIu64 ")", tables_fields());
	if (remote_answer_select(remote, columns, NULL, "", &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);
	const uint64_t count = bytes_u64(&in);
	const uint64_t other = bytes_u64(&in);

	http_answer_free(&answer);
	if (other)
		return error_set(err, STATUS_STORE,
				 "clickhouse: %" PRIu64
				 " crashes were loaded by a program with other "
				 "fields, to be loaded again",
				 other);
	if (in.failed || count >= UINT32_MAX)
		return error_set(err, STATUS_STORE,
				 "clickhouse: not a number of crashes");
	*rows = remote->rows = (uint32_t)count;
	return STATUS_OK;
}

static void close_remote(void *state)
{
	struct remote *remote = state;

	for (size_t i = 0; i < CRASHROW_FIELDS; i++) {
		free(remote->terms[i].at);
		free(remote->columns[i]);
		free(remote->numbers[i]);
		free(remote->postings[i].first);
		free(remote->postings[i].items);
	}
	free(remote->lists);
	free(remote->list_hashes);
	free(remote->ids);
	http_answer_free(&remote->ahead);
	remote_expect_drop(remote);
	remote_settled_drop(remote);
	http_close(remote->http);
	arena_deinit(&remote->arena);
	free(remote);
}

static enum status check(void *state, struct error *err)
{
	const struct remote *remote = state;

	if (remote->failed.status)
		*err = remote->failed;
	return remote->failed.status;
}

static const struct store_foreign foreign = {
	.begin = begin,
	.close = close_remote,
	.crash_read = remote_find_crash,
	.crash_expect = remote_expect_rows,
	.find_id = remote_find_id,
	.find_content = remote_find_content,
	.find_source = remote_find_source,
	.walk_terms = remote_terms_walk,
	.find_term = remote_terms_find,
	.term_value = remote_terms_value,
	.column_read = remote_terms_column,
	.column_lists = remote_postings_column,
	.posting_read = remote_postings_read,
	.posting_lists = remote_postings_lists,
	.tally_read = remote_find_tally,
	.settled_get = remote_settled_get,
	.check = check,
};

enum status remote_open(const char *address, struct store **ret,
			struct error *err)
{
	struct remote *remote = must(calloc(1, sizeof(*remote)));

	arena_init(&remote->arena);
	if (address_parse(address, &remote->arena, &remote->address, err) ||
	    http_open(&remote->address, &remote->http, err)) {
		close_remote(remote);
		return err->status;
	}
	*ret = store_foreign_create(&foreign, remote, address);
	return STATUS_OK;
}

bool remote_is(struct store *store)
{
	return store_foreign_state(store, &foreign) != NULL;
}

enum status remote_ask(struct store *store, const char *columns,
		       const char *condition, const char *tail,
		       struct http_answer *ret, struct error *err)
{
	return remote_answer_select(store_foreign_state(store, &foreign),
				    columns, condition, tail, ret, err);
}

enum status remote_rows(struct store *store, const char *condition,
			struct store_rows *rows, struct error *err)
{
	struct remote *remote = store_foreign_state(store, &foreign);
	struct http_answer answer;

	if (remote_answer_select(remote, "id_high, id_low", condition, "",
				 &answer, err))
		return err->status;
	return remote_answer_rows(remote, &answer, rows, err);
}

const char *remote_on_modules(struct store *store, const char *condition,
			      struct arena *arena)
{
	const struct remote *remote = store_foreign_state(store, &foreign);

	return text_printf(arena,
			   "list_hash GLOBAL IN (SELECT list_hash %s WHERE %s)",
			   remote_lists_from(remote, arena), condition);
}

enum status remote_crashes(struct store *store, const struct hash128 *ids,
			   size_t count, struct arena *arena,
			   struct remote_crash *ret, struct error *err)
{
	return remote_find_crashes(store_foreign_state(store, &foreign), ids,
				   count, arena, ret, err);
}
