#include "signatures/clickhouse/remote_answer.h"

#include <stdlib.h>

#include "signatures/base/must.h"

enum status remote_answer_select(struct remote *remote, const char *columns,
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

bool remote_answer_fail(struct remote *remote, const struct error *err)
{
	if (remote->failed.status == STATUS_OK)
		remote->failed = *err;
	return false;
}

enum status remote_answer_misfit(struct error *err)
{
	return error_set(err, STATUS_STORE,
			 "clickhouse: the crashes changed while they were "
			 "read; ask again");
}

enum status remote_answer_ids(struct remote *remote, struct error *err)
{
	struct http_answer answer;
	uint32_t row = 0;

	if (remote->ids)
		return STATUS_OK;
	if (remote_answer_select(remote, "id_high, id_low", NULL,
				 "ORDER BY id_high, id_low", &answer, err))
		return err->status;
	remote->ids =
		must(calloc((size_t)remote->rows + 1, sizeof(*remote->ids)));

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && row < remote->rows; row++)
		remote->ids[row] = crashrow_take_id(&in);

	const bool fits = row == remote->rows && !bytes_left(&in) && !in.failed;

	http_answer_free(&answer);
	return fits ? STATUS_OK : remote_answer_misfit(err);
}

bool remote_answer_row(const struct remote *remote, struct hash128 id,
		       uint32_t *ret)
{
	const struct hash128 *at =
		bsearch(&id, remote->ids, remote->rows, sizeof(*remote->ids),
			hash_128_compare);

	if (at)
		*ret = (uint32_t)(at - remote->ids);
	return at != NULL;
}

enum status remote_answer_rows(struct remote *remote,
			       struct http_answer *answer,
			       struct store_rows *rows, struct error *err)
{
	struct bytes in = bytes_of(answer->data, answer->size);
	enum status status = remote_answer_ids(remote, err);

	while (bytes_left(&in) && !status) {
		uint32_t row;

		if (!remote_answer_row(remote, crashrow_take_id(&in), &row))
			status = remote_answer_misfit(err);
		else
			store_rows_add(rows, row);
	}
	http_answer_free(answer);
	return status;
}
