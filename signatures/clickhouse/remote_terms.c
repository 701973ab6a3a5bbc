#include "signatures/clickhouse/remote_terms.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/remote_answer.h"
#include "signatures/clickhouse/remote_lists.h"
#include "signatures/clickhouse/tables.h"

static int compare(struct field_value a, struct field_value b)
{
	if (a.text && b.text)
		return strcmp(a.text, b.text);
	return (a.number > b.number) - (a.number < b.number);
}

/* Value, crashes and machines, each value once. */
static const char *columns_of_terms(const struct field *field,
				    struct arena *arena)
{
	/* Of these alone; see store_read.h. */
	const bool has_machines = strcmp(field->name, "bugcheck") == 0 ||
				  strcmp(field->name, "bucket") == 0;

	return text_printf(arena,
			   tables_is_array(field) ? "arrayJoin(`%s`) AS v, %s"
			   : field->type == FIELD_TEXT
				   ? "`%s` AS v, %s"
				   : "assumeNotNull(`%s`) AS v, %s",
			   field->name,
			   has_machines ? "count(), toUInt64(ifNull("
					  "uniqExact(machine), 0))"
					: "count(), toUInt64(0)");
}

static const char *condition_of_terms(const struct field *field,
				      struct arena *arena)
{
	return text_printf(arena,
			   tables_is_array(field)      ? "notEmpty(`%s`)"
			   : field->type == FIELD_TEXT ? "`%s` != ''"
						       : "isNotNull(`%s`)",
			   field->name);
}

static void take_terms(struct remote *remote, const struct field *field,
		       struct bytes in)
{
	struct remote_terms *terms = &remote->terms[field->number];
	size_t room = 0;

	while (bytes_left(&in) && !in.failed) {
		struct store_term term = { .term = (uint32_t)terms->count + 1 };

		if (field->type == FIELD_TEXT)
			term.value.text =
				crashrow_take_text(&in, &remote->arena);
		else
			term.value.number = bytes_u64(&in);
		term.crashes = bytes_u64(&in);
		term.machines = bytes_u64(&in);
		if (terms->count == room) {
			room = room * 2 + 64;
			terms->at = must(
				realloc(terms->at, room * sizeof(*terms->at)));
		}
		terms->at[terms->count++] = term;
	}
	terms->is_there = true;
}

/* The crashes of a list count for each of its modules. */
static enum status ask_modules(struct remote *remote, const struct field *field,
			       struct arena *arena, struct http_answer *ret,
			       struct error *err)
{
	return http_ask(
		remote->http,
		text_printf(arena,
			    "SELECT arrayJoin(modules) AS v, sum(crashes),"
			    " toUInt64(0) FROM (SELECT list_hash,"
			    " any(`%s`) AS modules %s GROUP BY list_hash)"
			    " ANY INNER JOIN (SELECT list_hash, count() AS"
			    " crashes FROM %s.crashes FINAL WHERE file_count"
			    " > 0 GROUP BY list_hash) USING list_hash"
			    " GROUP BY v ORDER BY v FORMAT RowBinary",
			    field->name, remote_lists_from(remote, arena),
			    remote->address.database),
		ret, err);
}

enum status remote_terms_fetch(struct remote *remote, const struct field *field,
			       struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status;

	if (remote->terms[field->number].is_there)
		return STATUS_OK;
	arena_init(&arena);
	status = field->index == FIELD_MODULES
			 ? ask_modules(remote, field, &arena, &answer, err)
			 : remote_answer_select(
				   remote, columns_of_terms(field, &arena),
				   condition_of_terms(field, &arena),
				   "GROUP BY v ORDER BY v", &answer, err);
	arena_deinit(&arena);
	if (status)
		return status;
	take_terms(remote, field, bytes_of(answer.data, answer.size));
	http_answer_free(&answer);
	return STATUS_OK;
}

enum status remote_terms_walk(void *state, const struct field *field,
			      store_term_take *take, void *closure,
			      struct error *err)
{
	struct remote *remote = state;
	const struct remote_terms *terms = &remote->terms[field->number];

	if (remote_terms_fetch(remote, field, err))
		return err->status;
	for (size_t i = 0; i < terms->count; i++)
		if (!take(closure, &terms->at[i]))
			break;
	return STATUS_OK;
}

static const struct store_term *search(const struct remote_terms *terms,
				       struct field_value value)
{
	size_t from = 0;
	size_t to = terms->count;

	while (from < to) {
		const size_t middle = from + (to - from) / 2;
		const int order = compare(terms->at[middle].value, value);

		if (order == 0)
			return &terms->at[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

uint32_t remote_terms_of(const struct remote *remote, const struct field *field,
			 struct field_value value)
{
	const struct store_term *term =
		search(&remote->terms[field->number], value);

	return term ? term->term : 0;
}

bool remote_terms_find(void *state, const struct field *field,
		       struct field_value value, struct store_term *ret)
{
	struct remote *remote = state;
	const struct store_term *term;
	struct error err;

	if (remote_terms_fetch(remote, field, &err))
		return remote_answer_fail(remote, &err);
	term = search(&remote->terms[field->number], value);
	if (term)
		*ret = *term;
	return term != NULL;
}

bool remote_terms_value(void *state, const struct field *field, uint32_t term,
			struct arena *arena, struct store_term *ret)
{
	struct remote *remote = state;
	const struct remote_terms *terms = &remote->terms[field->number];
	struct error err;

	if (remote_terms_fetch(remote, field, &err))
		return remote_answer_fail(remote, &err);
	if (term == 0 || term > terms->count)
		return false;
	*ret = terms->at[term - 1];
	if (ret->value.text)
		ret->value.text = text_copy(arena, ret->value.text);
	return true;
}

static enum status take_column(struct remote *remote, const struct field *field,
			       struct bytes in, struct error *err)
{
	const size_t room = (size_t)remote->rows + 1;
	uint32_t *terms = calloc(room, sizeof(*terms));
	uint64_t *numbers = calloc(room, sizeof(*numbers));
	struct arena arena;
	uint32_t row = 0;

	if (!terms || !numbers)
		must_end();
	arena_init(&arena);
	for (; bytes_left(&in) && !in.failed && row < remote->rows; row++) {
		struct field_value value = { .number = 0 };
		const struct store_term *term = NULL;
		bool is_there;

		arena_reset(&arena);
		if (field->type == FIELD_TEXT) {
			value.text = crashrow_take_text(&in, &arena);
			is_there = *value.text != '\0';
		} else {
			is_there = crashrow_take_nullable(&in, &value.number);
		}
		if (is_there && field->index == FIELD_COLUMN)
			term = search(&remote->terms[field->number], value);
		terms[row] = term ? term->term : 0;
		numbers[row] = is_there ? value.number : STORE_NO_NUMBER;
		/* A value that came in behind the dictionary. */
		if (is_there && field->index == FIELD_COLUMN && !term)
			in.failed = true;
	}
	arena_deinit(&arena);
	remote->columns[field->number] = terms;
	remote->numbers[field->number] = numbers;
	return in.failed || bytes_left(&in) || row != remote->rows
		       ? remote_answer_misfit(err)
		       : STATUS_OK;
}

static enum status fetch_column(struct remote *remote,
				const struct field *field, struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status;

	if (remote->columns[field->number])
		return STATUS_OK;
	if (field->index == FIELD_COLUMN &&
	    remote_terms_fetch(remote, field, err))
		return err->status;
	arena_init(&arena);
	status = remote_answer_select(
		remote, text_printf(&arena, "`%s`", field->name), NULL,
		"ORDER BY id_high, id_low", &answer, err);
	arena_deinit(&arena);
	if (status)
		return status;
	status = take_column(remote, field, bytes_of(answer.data, answer.size),
			     err);
	http_answer_free(&answer);
	return status;
}

bool remote_terms_chunk(const struct remote *remote, uint32_t chunk,
			size_t *first, size_t *count)
{
	*first = (size_t)chunk * STORE_CHUNK_ROWS;
	if (*first >= remote->rows)
		return false;
	*count = remote->rows - *first;
	if (*count > STORE_CHUNK_ROWS)
		*count = STORE_CHUNK_ROWS;
	return true;
}

bool remote_terms_column(void *state, const struct field *field, uint32_t chunk,
			 struct store_column *ret)
{
	struct remote *remote = state;
	struct store_column column = { NULL, NULL, 0 };
	struct error err;
	size_t first;

	if (!remote_terms_chunk(remote, chunk, &first, &column.count))
		return false;
	if (fetch_column(remote, field, &err))
		return remote_answer_fail(remote, &err);
	if (field->index == FIELD_COLUMN)
		column.terms = remote->columns[field->number] + first;
	else
		column.numbers = remote->numbers[field->number] + first;
	*ret = column;
	return true;
}
