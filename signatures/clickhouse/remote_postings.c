#include "signatures/clickhouse/remote_postings.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/clickhouse/remote_lists.h"
#include "signatures/clickhouse/remote_terms.h"

enum {
	SINGLE_TERMS = 8,
	/* Of modules all come by list, which takes no longer than one. */
	SINGLE_MODULES = 1
};

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return (*x > *y) - (*x < *y);
}

/* Lists are numbered in the order of their hashes. */
static uint32_t list_of(const struct remote *remote, uint64_t hash)
{
	const uint64_t *at =
		remote->list_count
			? bsearch(&hash, remote->list_hashes,
				  remote->list_count, sizeof(hash), compare)
			: NULL;

	return at ? (uint32_t)(at - remote->list_hashes) + 1 : 0;
}

static enum status take_lists(struct remote *remote, struct bytes in,
			      struct error *err)
{
	const size_t room = (size_t)remote->rows + 1;
	uint64_t *hashes = must(calloc(room, sizeof(*hashes)));
	uint64_t *sorted = must(calloc(room, sizeof(*sorted)));
	size_t count = 0;

	if (bytes_left(&in) != 8 * (size_t)remote->rows) {
		free(hashes);
		free(sorted);
		return remote_answer_misfit(err);
	}
	for (size_t row = 0; row < remote->rows; row++)
		sorted[row] = hashes[row] = bytes_u64(&in);
	qsort(sorted, remote->rows, sizeof(*sorted), compare);
	for (size_t row = 0; row < remote->rows; row++)
		if (sorted[row] && (!count || sorted[count - 1] != sorted[row]))
			sorted[count++] = sorted[row];
	remote->list_hashes = sorted;
	remote->list_count = count;
	remote->lists = must(calloc(room, sizeof(*remote->lists)));
	for (size_t row = 0; row < remote->rows; row++)
		remote->lists[row] = list_of(remote, hashes[row]);
	free(hashes);
	return STATUS_OK;
}

static enum status fetch_lists(struct remote *remote, struct error *err)
{
	struct http_answer answer;
	enum status status;

	if (remote->lists)
		return STATUS_OK;
	if (remote_answer_select(remote, "list_hash", NULL,
				 "ORDER BY id_high, id_low", &answer, err))
		return err->status;
	status = take_lists(remote, bytes_of(answer.data, answer.size), err);
	http_answer_free(&answer);
	return status;
}

bool remote_postings_column(void *state, uint32_t chunk,
			    struct store_column *ret)
{
	struct remote *remote = state;
	struct store_column column = { NULL, NULL, 0 };
	struct error err;
	size_t first;

	if (!remote_terms_chunk(remote, chunk, &first, &column.count))
		return false;
	if (fetch_lists(remote, &err))
		return remote_answer_fail(remote, &err);
	column.terms = remote->lists + first;
	*ret = column;
	return true;
}

/* Items and the terms they have, as they come. */
struct pairs {
	struct pair {
		uint32_t term, item;
	} * at;
	size_t count;
	size_t room;
};

static void add_pair(struct pairs *pairs, uint32_t term, uint32_t item)
{
	if (pairs->count == pairs->room) {
		pairs->room = pairs->room * 2 + 4096;
		pairs->at = must(
			realloc(pairs->at, pairs->room * sizeof(*pairs->at)));
	}
	pairs->at[pairs->count++] = (struct pair){ term, item };
}

/* An array of values; false for one that came in behind the dictionary. */
static bool take_array(const struct remote *remote, const struct field *field,
		       struct bytes *in, uint32_t item, struct arena *arena,
		       struct pairs *pairs)
{
	const uint64_t count = pack_take_varint(in);

	for (uint64_t i = 0; i < count && !in->failed; i++) {
		struct field_value value = { .number = 0 };
		uint32_t term;

		arena_reset(arena);
		if (field->type == FIELD_TEXT)
			value.text = crashrow_take_text(in, arena);
		else
			value.number = bytes_u64(in);
		term = remote_terms_of(remote, field, value);
		if (!term)
			return false;
		add_pair(pairs, term, item);
	}
	return !in->failed;
}

static void sort_pairs(const struct remote *remote, const struct field *field,
		       const struct pairs *pairs, struct remote_postings *ret)
{
	const size_t terms = remote->terms[field->number].count;
	size_t *next = must(calloc(terms + 2, sizeof(*next)));

	ret->first = must(calloc(terms + 2, sizeof(*ret->first)));
	ret->items = must(calloc(pairs->count + 1, sizeof(*ret->items)));
	for (size_t i = 0; i < pairs->count; i++)
		ret->first[pairs->at[i].term + 1]++;
	for (size_t term = 0; term <= terms; term++)
		ret->first[term + 1] += ret->first[term];
	memcpy(next, ret->first, (terms + 2) * sizeof(*next));
	for (size_t i = 0; i < pairs->count; i++)
		ret->items[next[pairs->at[i].term]++] = pairs->at[i].item;
	ret->is_there = true;
	free(next);
}

static enum status ask_all(struct remote *remote, const struct field *field,
			   struct http_answer *answer, struct error *err)
{
	struct arena arena;
	enum status status;

	arena_init(&arena);
	if (field->index == FIELD_MODULES)
		status = http_ask(
			remote->http,
			text_printf(&arena,
				    "SELECT list_hash, any(`%s`) %s GROUP BY"
				    " list_hash FORMAT RowBinary",
				    field->name,
				    remote_lists_from(remote, &arena)),
			answer, err);
	else
		status = remote_answer_select(
			remote, text_printf(&arena, "`%s`", field->name), NULL,
			"ORDER BY id_high, id_low", answer, err);
	arena_deinit(&arena);
	return status;
}

static enum status fetch_all(struct remote *remote, const struct field *field,
			     struct error *err)
{
	struct pairs pairs = { NULL, 0, 0 };
	struct http_answer answer;
	struct arena arena;
	bool fits = true;
	uint32_t row = 0;

	if ((field->index == FIELD_MODULES && fetch_lists(remote, err)) ||
	    ask_all(remote, field, &answer, err))
		return err->status;

	struct bytes in = bytes_of(answer.data, answer.size);

	arena_init(&arena);
	for (; bytes_left(&in) && fits; row++) {
		const uint32_t item = field->index == FIELD_MODULES
					      ? list_of(remote, bytes_u64(&in))
					      : row;

		fits = take_array(remote, field, &in, item, &arena, &pairs);
	}
	arena_deinit(&arena);
	http_answer_free(&answer);
	if (fits && field->index != FIELD_MODULES)
		fits = row == remote->rows;
	if (fits)
		sort_pairs(remote, field, &pairs,
			   &remote->postings[field->number]);
	free(pairs.at);
	return fits ? STATUS_OK : remote_answer_misfit(err);
}

static const char *has_term(const struct remote *remote,
			    const struct field *field, uint32_t number,
			    struct arena *arena)
{
	const struct store_term *term =
		&remote->terms[field->number].at[number - 1];
	struct sql sql = sql_begin(arena);

	sql_add(&sql, "has(`%s`, ", field->name);
	if (field->type == FIELD_TEXT)
		sql_text(&sql, term->value.text);
	else
		sql_add(&sql, "toUInt64(%" PRIu64 ")", term->value.number);
	sql_add(&sql, ")");
	return sql_done(&sql);
}

static enum status ask_lists(struct remote *remote, const struct field *field,
			     uint32_t term, struct store_rows *lists,
			     struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status = fetch_lists(remote, err);

	arena_init(&arena);
	if (!status)
		status = http_ask(
			remote->http,
			text_printf(&arena,
				    "SELECT list_hash %s WHERE %s GROUP BY"
				    " list_hash FORMAT RowBinary",
				    remote_lists_from(remote, &arena),
				    has_term(remote, field, term, &arena)),
			&answer, err);
	arena_deinit(&arena);
	if (status)
		return status;

	struct bytes in = bytes_of(answer.data, answer.size);

	while (bytes_left(&in) && !in.failed) {
		const uint32_t list = list_of(remote, bytes_u64(&in));

		if (list)
			store_rows_add(lists, list);
	}
	http_answer_free(&answer);
	return STATUS_OK;
}

static enum status ask_rows(struct remote *remote, const struct field *field,
			    uint32_t term, struct store_rows *rows,
			    struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status;

	arena_init(&arena);
	status = remote_answer_select(remote, "id_high, id_low",
				      has_term(remote, field, term, &arena), "",
				      &answer, err);
	arena_deinit(&arena);
	return status ? status : remote_answer_rows(remote, &answer, rows, err);
}

/* From the lists of a field, if they are there or it is time to fetch them. */
static enum status look(struct remote *remote, const struct field *field,
			uint32_t term, struct store_rows *items, bool *is_done,
			struct error *err)
{
	struct remote_postings *postings = &remote->postings[field->number];
	const uint32_t most =
		field->index == FIELD_MODULES ? SINGLE_MODULES : SINGLE_TERMS;

	*is_done = true;
	if (remote_terms_fetch(remote, field, err))
		return err->status;
	if (term == 0 || term > remote->terms[field->number].count)
		return STATUS_OK;
	if (!postings->is_there && ++postings->asked > most &&
	    fetch_all(remote, field, err))
		return err->status;
	*is_done = postings->is_there;
	for (size_t i = *is_done ? postings->first[term] : 0;
	     *is_done && i < postings->first[term + 1]; i++)
		store_rows_add(items, postings->items[i]);
	return STATUS_OK;
}

enum status remote_postings_lists(void *state, const struct field *field,
				  uint32_t term, struct store_rows *lists,
				  struct error *err)
{
	bool is_done;

	if (look(state, field, term, lists, &is_done, err))
		return err->status;
	if (is_done)
		return STATUS_OK;
	return field->index == FIELD_MODULES
		       ? ask_lists(state, field, term, lists, err)
		       : ask_rows(state, field, term, lists, err);
}

enum status remote_postings_read(void *state, const struct field *field,
				 uint32_t term, struct store_rows *rows,
				 struct error *err)
{
	struct remote *remote = state;
	struct store_rows *lists;
	enum status status;

	if (field->index != FIELD_MODULES)
		return remote_postings_lists(state, field, term, rows, err);
	lists = store_rows_create();
	status = remote_postings_lists(state, field, term, lists, err);
	if (!status)
		status = fetch_lists(remote, err);
	for (uint32_t row = 0; !status && row < remote->rows; row++)
		if (remote->lists[row] &&
		    store_rows_has(lists, remote->lists[row]))
			store_rows_add(rows, row);
	store_rows_destroy(lists);
	return status;
}
