#include "signatures/clickhouse/fetch.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/must.h"
#include "signatures/clickhouse/crashrow.h"
#include "signatures/clickhouse/sql.h"
#include "signatures/identity.h"
#include "signatures/store/store_aside.h"
#include "signatures/store/store_write.h"

enum {
	CRASHES_A_QUESTION = 4096
};

struct fetch {
	struct http *http;
	const struct address *address;
	struct store *store;
	struct fetch_known *known; /* NULL: nobody asks */
	struct hash128 last;	   /* id */
	struct arena arena;	   /* one question */
	struct arena passing;	   /* one crash */
	struct error *err;
};

static void remember(struct fetch_known *known, struct fetch_row row)
{
	if (known->count == known->room) {
		known->room = known->room * 2 + 1024;
		known->rows = must(realloc(known->rows,
					   known->room * sizeof(*known->rows)));
	}
	known->rows[known->count++] = row;
}

void fetch_known_deinit(struct fetch_known *known)
{
	free(known->rows);
	*known = (struct fetch_known){ NULL, 0, 0 };
}

const struct fetch_row *fetch_known_find(const struct fetch_known *known,
					 struct hash128 id)
{
	size_t from = 0;
	size_t to = known->count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const struct fetch_row *row = &known->rows[middle];

		if (hash_128_equal(row->id, id))
			return row;
		if (row->id.high < id.high ||
		    (row->id.high == id.high && row->id.low < id.low))
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

/* The values that go with a crash: the store does not work them out. */
static void put_given(struct fetch *fetch, struct hash128 id,
		      const char *const given[])
{
	char text[33];
	uint32_t row;

	hash_128_text(id, text);
	if (store_find_id(fetch->store, text, &row, 1) != 1)
		return;
	for (const struct field *field = field_table; field->name; field++) {
		const struct field_value value = {
			.text = given[field->number]
		};

		if (value.text && *value.text)
			store_put_value(fetch->store, row, field, &value);
	}
}

static enum status put_records(struct fetch *fetch, struct bytes *in)
{
	struct store_crash crash;
	enum store_outcome outcome;

	if (crashrow_take_records(in, &fetch->passing, &crash, fetch->err))
		return fetch->err->status;
	for (size_t i = 0; i < crash.file_count; i++)
		if (store_put(fetch->store, &crash.files[i], &fetch->passing,
			      &outcome, fetch->err))
			return fetch->err->status;
	return STATUS_OK;
}

static enum status take_crash(struct fetch *fetch, struct bytes *in)
{
	const char *given[CRASHROW_FIELDS] = { NULL };
	struct fetch_row row;

	arena_reset(&fetch->passing);
	row.id = crashrow_take_id(in);
	row.content = crashrow_take_id(in);
	for (const struct field *field = field_table; field->name; field++)
		if (crashrow_is_given(field))
			given[field->number] =
				crashrow_take_text(in, &fetch->passing);
	if (put_records(fetch, in))
		return fetch->err->status;
	put_given(fetch, row.id, given);
	if (fetch->known)
		remember(fetch->known, row);
	fetch->last = row.id;
	return STATUS_OK;
}

/* SELECT and the columns that take_crash() takes. */
static struct sql begin_crashes(struct fetch *fetch)
{
	struct sql sql = sql_begin(&fetch->arena);

	sql_add(&sql, "SELECT id_high, id_low, content_high, content_low");
	for (const struct field *field = field_table; field->name; field++)
		if (crashrow_is_given(field))
			sql_add(&sql, ", `%s`", field->name);
	sql_add(&sql, ", records FROM %s.crashes FINAL WHERE file_count > 0",
		fetch->address->database);
	return sql;
}

/* Asks, and takes every crash of the answer. */
static enum status ask_crashes(struct fetch *fetch, const struct sql *sql,
			       size_t *count)
{
	struct http_answer answer;
	enum status status = STATUS_OK;
	size_t taken = 0;

	if (http_ask(fetch->http, sql_done(sql), &answer, fetch->err))
		return fetch->err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && !status; taken++)
		status = take_crash(fetch, &in);
	http_answer_free(&answer);
	*count = taken;
	return status;
}

static enum status commit(struct fetch *fetch)
{
	if (store_commit(fetch->store, fetch->err))
		return fetch->err->status;
	return store_begin(fetch->store, fetch->err);
}

static enum status all_crashes(struct fetch *fetch)
{
	size_t count = CRASHES_A_QUESTION;

	for (bool is_first = true; count == CRASHES_A_QUESTION;
	     is_first = false) {
		const struct hash128 last = fetch->last;
		struct sql sql;

		arena_reset(&fetch->arena);
		sql = begin_crashes(fetch);
		if (!is_first)
			sql_add(&sql,
				" AND id_high >= %" PRIu64
				" AND (id_high > %" PRIu64
				" OR id_low > %" PRIu64 ")",
				last.high, last.high, last.low);
		sql_add(&sql,
			" ORDER BY id_high, id_low LIMIT %d FORMAT RowBinary",
			CRASHES_A_QUESTION);
		if (ask_crashes(fetch, &sql, &count) || commit(fetch))
			return fetch->err->status;
	}
	return STATUS_OK;
}

static enum status take_refused(struct fetch *fetch, struct bytes *in)
{
	const struct hash128 content = crashrow_take_id(in);
	const uint8_t why = bytes_u8(in);
	const char *source = crashrow_take_text(in, &fetch->passing);
	const char *reason = crashrow_take_text(in, &fetch->passing);

	if (in->failed || !why || why >= STATUS_COUNT)
		return STATUS_OK;
	return store_put_refused(fetch->store, content, source,
				 (enum status)why, reason, fetch->err);
}

static enum status take_archive(struct fetch *fetch, struct bytes *in)
{
	const struct hash128 content = crashrow_take_id(in);

	return store_aside_put_archive(fetch->store, content, bytes_u64(in), 0,
				       fetch->err);
}

static enum status take_copy(struct fetch *fetch, struct bytes *in)
{
	const uint64_t source = bytes_u64(in);

	return store_aside_put_copy(fetch->store, source, crashrow_take_id(in),
				    fetch->err);
}

/* Every row of one of the smaller tables. */
static enum status all_of(struct fetch *fetch, const char *table,
			  const char *columns,
			  enum status (*take)(struct fetch *fetch,
					      struct bytes *in))
{
	struct sql sql = sql_begin(&fetch->arena);
	struct http_answer answer;
	enum status status = STATUS_OK;

	sql_add(&sql, "SELECT %s FROM %s.%s FINAL FORMAT RowBinary", columns,
		fetch->address->database, table);
	if (http_ask(fetch->http, sql_done(&sql), &answer, fetch->err))
		return fetch->err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	while (bytes_left(&in) && !in.failed && !status) {
		arena_reset(&fetch->passing);
		status = take(fetch, &in);
	}
	http_answer_free(&answer);
	return status;
}

static void begin(struct fetch *fetch)
{
	arena_init(&fetch->arena);
	arena_init(&fetch->passing);
}

static void end(struct fetch *fetch)
{
	arena_deinit(&fetch->arena);
	arena_deinit(&fetch->passing);
}

enum status fetch_all(struct http *http, const struct address *address,
		      struct store *store, struct fetch_known *ret,
		      struct error *err)
{
	struct fetch_known known = { NULL, 0, 0 };
	struct fetch fetch = { .http = http,
			       .address = address,
			       .store = store,
			       .known = &known,
			       .err = err };
	enum status status;

	begin(&fetch);
	status = all_crashes(&fetch);
	end(&fetch);
	if (status)
		fetch_known_deinit(&known);
	else
		*ret = known;
	return status;
}

enum status fetch_aside(struct http *http, const struct address *address,
			struct store *store, struct error *err)
{
	struct fetch fetch = {
		.http = http, .address = address, .store = store, .err = err
	};
	enum status status;

	begin(&fetch);
	status = all_of(&fetch, "refused",
			"content_high, content_low, why, source, reason",
			take_refused);
	if (!status)
		status = all_of(&fetch, "archives",
				"content_high, content_low, dumps",
				take_archive);
	if (!status)
		status = all_of(&fetch, "copies",
				"source, content_high, content_low", take_copy);
	end(&fetch);
	return status;
}

enum status fetch_crashes(struct http *http, const struct address *address,
			  const struct hash128 *ids, size_t count,
			  struct store *store, struct error *err)
{
	struct fetch fetch = {
		.http = http, .address = address, .store = store, .err = err
	};
	enum status status = STATUS_OK;
	size_t taken;

	begin(&fetch);
	for (size_t from = 0; from < count && !status;
	     from += CRASHES_A_QUESTION) {
		struct sql sql;

		arena_reset(&fetch.arena);
		sql = begin_crashes(&fetch);
		sql_add(&sql, " AND (id_high, id_low) IN (");
		for (size_t i = from;
		     i < count && i - from < CRASHES_A_QUESTION; i++)
			sql_add(&sql, "%s(%" PRIu64 ",%" PRIu64 ")",
				i == from ? "" : ",", ids[i].high, ids[i].low);
		sql_add(&sql, ") ORDER BY id_high, id_low FORMAT RowBinary");
		status = ask_crashes(&fetch, &sql, &taken);
	}
	end(&fetch);
	return status;
}
