#include "signatures/clickhouse/remote_find.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/clickhouse/remote_expect.h"

enum {
	DIGITS_KEPT = 16, /* of an id, in the index */
	RUN_LEAST = 4,	  /* rows that make it likely that all are wanted */
	AHEAD = 256	  /* rows of one answer then */
};

/* A crash of an answer, told by its id from those asked for. */
struct asked {
	struct hash128 id;
	size_t place;
	bool is_found;
};

static enum status take_crashes(struct asked *asked, size_t count,
				struct bytes in, struct arena *arena,
				struct remote_crash *ret, struct error *err)
{
	while (bytes_left(&in)) {
		const struct hash128 id = crashrow_take_id(&in);
		struct asked *at = bsearch(&id, asked, count, sizeof(*asked),
					   hash_128_compare);
		struct remote_crash *crash;

		if (!at)
			return remote_answer_misfit(err);
		at->is_found = true;
		crash = &ret[at->place];
		crash->cluster = crashrow_take_text(&in, arena);
		if (!*crash->cluster)
			crash->cluster = NULL;
		if (crashrow_take_records(&in, arena, &crash->crash, err))
			return err->status;
	}
	for (size_t i = 0; i < count; i++)
		if (!asked[i].is_found)
			return remote_answer_misfit(err);
	return STATUS_OK;
}

/*
 * FINAL reads a part's rows to merge them with those of others, whoever is
 * asked for; of few crashes the latest row is told by its version alone.
 */
enum status remote_find_ask(struct remote *remote, const struct hash128 *ids,
			    size_t count, struct arena *arena,
			    struct http_answer *ret, struct error *err)
{
	struct sql sql = sql_begin(arena);

	sql_add(&sql,
		"SELECT id_high, id_low, cluster, records FROM %s.crashes"
		" WHERE (id_high, id_low) IN (",
		remote->address.database);
	for (size_t i = 0; i < count; i++)
		sql_add(&sql, "%s(%" PRIu64 ",%" PRIu64 ")", i ? "," : "",
			ids[i].high, ids[i].low);
	sql_add(&sql, ") ORDER BY id_high, id_low, version DESC"
		      " LIMIT 1 BY id_high, id_low FORMAT RowBinary");
	return http_ask(remote->http, sql_done(&sql), ret, err);
}

enum status remote_find_crashes(struct remote *remote,
				const struct hash128 *ids, size_t count,
				struct arena *arena, struct remote_crash *ret,
				struct error *err)
{
	struct asked *asked = arena_take(arena, count, sizeof(*asked));
	struct http_answer answer;
	enum status status;

	if (count == 0)
		return STATUS_OK;
	for (size_t i = 0; i < count; i++)
		asked[i] = (struct asked){ .id = ids[i], .place = i };
	qsort(asked, count, sizeof(*asked), hash_128_compare);
	if (remote_find_ask(remote, ids, count, arena, &answer, err))
		return err->status;
	status = take_crashes(asked, count, bytes_of(answer.data, answer.size),
			      arena, ret, err);
	http_answer_free(&answer);
	return status;
}

static void drop_ahead(struct remote *remote)
{
	http_answer_free(&remote->ahead);
	remote->ahead_left = bytes_of(NULL, 0);
}

static enum status ask_ahead(struct remote *remote, uint32_t row,
			     struct error *err)
{
	const uint32_t left = remote->rows - row;
	struct arena arena;
	enum status status;

	drop_ahead(remote);
	arena_init(&arena);
	status = remote_find_ask(remote, &remote->ids[row],
				 left < AHEAD ? left : AHEAD, &arena,
				 &remote->ahead, err);
	arena_deinit(&arena);
	if (!status)
		remote->ahead_left =
			bytes_of(remote->ahead.data, remote->ahead.size);
	return status;
}

/* Of rows in order ids are in order too. */
static enum status take_ahead(struct remote *remote, uint32_t row,
			      struct arena *arena, struct store_crash *ret,
			      struct error *err)
{
	struct bytes *in = &remote->ahead_left;

	if (!hash_128_equal(crashrow_take_id(in), remote->ids[row]))
		return remote_answer_misfit(err);
	crashrow_take_text(in, arena);
	return crashrow_take_records(in, arena, ret, err);
}

enum status remote_find_crash(void *state, uint32_t row, struct arena *arena,
			      struct store_crash *ret, struct error *err)
{
	struct remote *remote = state;
	const bool is_next = row == remote->next;
	struct remote_crash crash;
	bool is_expected;

	if (remote_answer_ids(remote, err) ||
	    remote_expect_find(remote, row, arena, &is_expected, ret, err))
		return err->status;
	if (is_expected)
		return STATUS_OK;
	if (!is_next)
		drop_ahead(remote);
	remote->run = is_next ? remote->run + 1 : 0;
	remote->next = row + 1;
	if (remote->run >= RUN_LEAST && !bytes_left(&remote->ahead_left) &&
	    ask_ahead(remote, row, err))
		return err->status;
	if (bytes_left(&remote->ahead_left))
		return take_ahead(remote, row, arena, ret, err);
	if (remote_find_crashes(remote, &remote->ids[row], 1, arena, &crash,
				err))
		return err->status;
	*ret = crash.crash;
	return STATUS_OK;
}

/* The rows of crashes for which condition holds, at most max. */
static size_t find(struct remote *remote, const char *condition,
		   const char *tail, uint32_t *rows, size_t max)
{
	struct http_answer answer;
	struct error err;
	size_t count = 0;

	if (remote_answer_ids(remote, &err) ||
	    remote_answer_select(remote, "id_high, id_low", condition, tail,
				 &answer, &err)) {
		remote_answer_fail(remote, &err);
		return 0;
	}

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && count < max; count++) {
		if (remote_answer_row(remote, crashrow_take_id(&in),
				      &rows[count]))
			continue;
		remote_answer_misfit(&err);
		remote_answer_fail(remote, &err);
		break;
	}
	http_answer_free(&answer);
	return count;
}

size_t remote_find_id(void *state, const char *prefix, uint32_t *rows,
		      size_t max)
{
	const size_t digits = strlen(prefix);
	const size_t kept = digits < DIGITS_KEPT ? digits : DIGITS_KEPT;
	const unsigned int free_bits = 4 * (DIGITS_KEPT - (unsigned int)kept);
	char text[DIGITS_KEPT + 1] = "";
	uint64_t first, last;
	struct arena arena;
	size_t count;

	if (!max || !digits || digits > 2 * DIGITS_KEPT ||
	    strspn(prefix, "0123456789abcdef") != digits)
		return 0;
	memcpy(text, prefix, kept);
	if (!text_parse_hex(text, &first))
		return 0;
	first <<= free_bits;
	last = first | ((UINT64_C(1) << free_bits) - 1);
	arena_init(&arena);
	/* Of a crash's ids the one that was found says where it stands. */
	count = find(state,
		     text_printf(&arena,
				 "arrayExists(x -> x BETWEEN %" PRIu64
				 " AND %" PRIu64 ", ids)",
				 first, last),
		     text_printf(&arena,
				 "ORDER BY arrayReduce('min', arrayFilter(x ->"
				 " x BETWEEN %" PRIu64 " AND %" PRIu64
				 ", ids)), id_high, id_low LIMIT %zu",
				 first, last, max),
		     rows, max);
	arena_deinit(&arena);
	return count;
}

bool remote_find_content(void *state, struct hash128 content, uint32_t *row)
{
	struct arena arena;
	bool is_found;

	arena_init(&arena);
	is_found =
		find(state,
		     text_printf(&arena, "has(contents, toUInt64(%" PRIu64 "))",
				 content.high),
		     "ORDER BY id_high, id_low LIMIT 1", row, 1) == 1;
	arena_deinit(&arena);
	return is_found;
}

/* Bytes that are kept under another name than this one. */
static void take_copies(struct remote *remote, const char *source,
			store_row_take *take, void *closure)
{
	struct http_answer answer;
	struct arena arena;
	struct sql sql;
	struct error err;
	enum status status;
	uint32_t row;

	arena_init(&arena);
	sql = sql_begin(&arena);
	sql_add(&sql,
		"SELECT DISTINCT content_high, content_low FROM %s.copies"
		" WHERE source = %" PRIu64
		" ORDER BY content_high, content_low FORMAT RowBinary",
		remote->address.database, hash_64(source, strlen(source)));
	status = http_ask(remote->http, sql_done(&sql), &answer, &err);
	arena_deinit(&arena);
	if (status) {
		remote_answer_fail(remote, &err);
		return;
	}

	struct bytes in = bytes_of(answer.data, answer.size);

	while (bytes_left(&in)) {
		const struct hash128 content = crashrow_take_id(&in);

		if (in.failed || (remote_find_content(remote, content, &row) &&
				  !take(closure, row)))
			break;
	}
	http_answer_free(&answer);
}

void remote_find_source(void *state, const char *source, store_row_take *take,
			void *closure)
{
	struct remote *remote = state;
	uint32_t *rows = must(calloc((size_t)remote->rows + 1, sizeof(*rows)));
	struct arena arena;
	struct sql sql;
	size_t count;
	bool goes_on = true;

	arena_init(&arena);
	sql = sql_begin(&arena);
	sql_add(&sql, "has(source, ");
	sql_text(&sql, source);
	sql_add(&sql, ")");
	count = find(remote, sql_done(&sql), "ORDER BY id_high, id_low", rows,
		     remote->rows);
	arena_deinit(&arena);
	for (size_t i = 0; i < count && goes_on; i++)
		goes_on = take(closure, rows[i]);
	free(rows);
	if (goes_on)
		take_copies(remote, source, take, closure);
}

/* One number for each of a few keys: why, and how many. */
static enum status ask_refused(struct remote *remote, struct store_tally *ret,
			       struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	struct sql sql;
	enum status status;

	arena_init(&arena);
	sql = sql_begin(&arena);
	/* As in a store: once a content, and not what was read later. */
	sql_add(&sql,
		"SELECT w, count() FROM (SELECT content_high, content_low,"
		" argMin(why, source) AS w FROM %s.refused"
		" GROUP BY content_high, content_low)"
		" WHERE content_high GLOBAL NOT IN (SELECT"
		" arrayJoin(contents) FROM %s.crashes FINAL"
		" WHERE file_count > 0) GROUP BY w FORMAT RowBinary",
		remote->address.database, remote->address.database);
	status = http_ask(remote->http, sql_done(&sql), &answer, err);
	arena_deinit(&arena);
	if (status)
		return status;

	struct bytes in = bytes_of(answer.data, answer.size);

	while (bytes_left(&in) && !in.failed) {
		const uint8_t why = bytes_u8(&in);
		const uint64_t count = bytes_u64(&in);

		if (why < STATUS_COUNT)
			ret->refused[why] = count;
	}
	http_answer_free(&answer);
	return STATUS_OK;
}

static enum status ask_number(struct remote *remote, const char *what,
			      const char *table, uint64_t *ret,
			      struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena);
	status = http_ask(remote->http,
			  text_printf(&arena,
				      "SELECT toUInt64(%s) FROM %s.%s"
				      " FORMAT RowBinary",
				      what, remote->address.database, table),
			  &answer, err);
	arena_deinit(&arena);
	if (status)
		return status;

	struct bytes in = bytes_of(answer.data, answer.size);

	*ret = bytes_u64(&in);
	http_answer_free(&answer);
	return STATUS_OK;
}

enum status remote_find_tally(void *state, struct store_tally *ret,
			      struct error *err)
{
	struct remote *remote = state;
	struct store_tally tally = { .indexed = remote->rows };
	uint64_t files = 0;

	if (ask_number(remote, "sum(file_count)",
		       "crashes FINAL WHERE file_count > 0", &files, err) ||
	    ask_number(remote, "uniqExact(source, content_high, content_low)",
		       "copies", &tally.duplicate, err) ||
	    ask_number(remote, "uniqExact(content_high, content_low)",
		       "archives", &tally.archives, err) ||
	    ask_refused(remote, &tally, err))
		return err->status;
	tally.same_crash = files - tally.indexed;
	*ret = tally;
	return STATUS_OK;
}
