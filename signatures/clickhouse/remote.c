#include "signatures/clickhouse/remote.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"
#include "signatures/clickhouse/remote_find.h"
#include "signatures/clickhouse/remote_postings.h"
#include "signatures/clickhouse/remote_terms.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/store/store_foreign.h"

enum status remote_select(struct remote *remote, const char *columns,
			  const char *condition, const char *tail,
			  struct http_answer *ret, struct error *err)
{
	struct arena arena;
	struct sql sql;
	enum status status;

	arena_init(&arena);
	sql = sql_begin(&arena);
	sql_add(&sql, "SELECT %s FROM %s.crashes FINAL WHERE file_count > 0",
		columns, remote->address.database);
	if (condition)
		sql_add(&sql, " AND (%s)", condition);
	sql_add(&sql, " %s FORMAT RowBinary", tail);
	status = http_ask(remote->http, sql_done(&sql), ret, err);
	arena_deinit(&arena);
	return status;
}

bool remote_fail(struct remote *remote, const struct error *err)
{
	if (remote->failed.status == STATUS_OK)
		remote->failed = *err;
	return false;
}

enum status remote_misfit(struct error *err)
{
	return error_set(err, STATUS_STORE,
			 "clickhouse: the crashes changed while they were "
			 "read; ask again");
}

enum status remote_fetch_ids(struct remote *remote, struct error *err)
{
	struct http_answer answer;
	uint32_t row = 0;

	if (remote->ids)
		return STATUS_OK;
	if (remote_select(remote, "id_high, id_low", NULL,
			  "ORDER BY id_high, id_low", &answer, err))
		return err->status;
	remote->ids = calloc((size_t)remote->rows + 1, sizeof(*remote->ids));
	if (!remote->ids)
		abort();

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && row < remote->rows; row++)
		remote->ids[row] = crashrow_take_id(&in);

	const bool fits = row == remote->rows && !bytes_left(&in) && !in.failed;

	http_answer_free(&answer);
	return fits ? STATUS_OK : remote_misfit(err);
}

static int compare_ids(const void *a, const void *b)
{
	const struct hash128 *x = a;
	const struct hash128 *y = b;

	if (x->high != y->high)
		return x->high < y->high ? -1 : 1;
	return (x->low > y->low) - (x->low < y->low);
}

bool remote_row_of(const struct remote *remote, struct hash128 id,
		   uint32_t *ret)
{
	const struct hash128 *at = bsearch(&id, remote->ids, remote->rows,
					   sizeof(*remote->ids), compare_ids);

	if (at)
		*ret = (uint32_t)(at - remote->ids);
	return at != NULL;
}

enum status remote_take_rows(struct remote *remote, struct http_answer *answer,
			     struct store_rows *rows, struct error *err)
{
	struct bytes in = bytes_of(answer->data, answer->size);
	enum status status = remote_fetch_ids(remote, err);

	while (bytes_left(&in) && !status) {
		uint32_t row;

		if (!remote_row_of(remote, crashrow_take_id(&in), &row))
			status = remote_misfit(err);
		else
			store_rows_add(rows, row);
	}
	http_answer_free(answer);
	return status;
}

static enum status begin(void *state, uint32_t *rows, struct error *err)
{
	struct remote *remote = state;
	struct http_answer answer;
	char columns[64];

	snprintf(columns, sizeof(columns),
		 "count(), countIf(fields != %" PRIu64 ")", tables_fields());
	if (remote_select(remote, columns, NULL, "", &answer, err))
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
	.check = check,
};

enum status remote_open(const char *address, struct store **ret,
			struct error *err)
{
	struct remote *remote = calloc(1, sizeof(*remote));

	if (!remote)
		abort();
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
	return remote_select(store_foreign_state(store, &foreign), columns,
			     condition, tail, ret, err);
}

enum status remote_rows(struct store *store, const char *condition,
			struct store_rows *rows, struct error *err)
{
	struct remote *remote = store_foreign_state(store, &foreign);
	struct http_answer answer;

	if (remote_select(remote, "id_high, id_low", condition, "", &answer,
			  err))
		return err->status;
	return remote_take_rows(remote, &answer, rows, err);
}

enum status remote_crashes(struct store *store, const struct hash128 *ids,
			   size_t count, struct arena *arena,
			   struct remote_crash *ret, struct error *err)
{
	return remote_find_crashes(store_foreign_state(store, &foreign), ids,
				   count, arena, ret, err);
}
