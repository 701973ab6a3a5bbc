#include "signatures/clickhouse/remote_terms.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/text.h"
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
			terms->at =
				realloc(terms->at, room * sizeof(*terms->at));
			if (!terms->at)
				abort();
		}
		terms->at[terms->count++] = term;
	}
	terms->is_there = true;
}

static enum status fetch_terms(struct remote *remote, const struct field *field,
			       struct error *err)
{
	struct http_answer answer;
	struct arena arena;
	enum status status;

	if (remote->terms[field->number].is_there)
		return STATUS_OK;
	arena_init(&arena);
	status = remote_select(remote, columns_of_terms(field, &arena),
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

	if (fetch_terms(remote, field, err))
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

bool remote_terms_find(void *state, const struct field *field,
		       struct field_value value, struct store_term *ret)
{
	struct remote *remote = state;
	const struct store_term *term;
	struct error err;

	if (fetch_terms(remote, field, &err))
		return remote_fail(remote, &err);
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

	if (fetch_terms(remote, field, &err))
		return remote_fail(remote, &err);
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
		abort();
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
		       ? remote_misfit(err)
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
	if (field->index == FIELD_COLUMN && fetch_terms(remote, field, err))
		return err->status;
	arena_init(&arena);
	status = remote_select(remote, text_printf(&arena, "`%s`", field->name),
			       NULL, "ORDER BY id_high, id_low", &answer, err);
	arena_deinit(&arena);
	if (status)
		return status;
	status = take_column(remote, field, bytes_of(answer.data, answer.size),
			     err);
	http_answer_free(&answer);
	return status;
}

/* The rows of a chunk; false past the end. */
static bool find_chunk(const struct remote *remote, uint32_t chunk,
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

	if (!find_chunk(remote, chunk, &first, &column.count))
		return false;
	if (fetch_column(remote, field, &err))
		return remote_fail(remote, &err);
	if (field->index == FIELD_COLUMN)
		column.terms = remote->columns[field->number] + first;
	else
		column.numbers = remote->numbers[field->number] + first;
	*ret = column;
	return true;
}

/* Every crash that has modules has a list of its own: its row + 1. */
static enum status fetch_lists(struct remote *remote, struct error *err)
{
	struct http_answer answer;
	uint32_t row = 0;

	if (remote->lists)
		return STATUS_OK;
	if (remote_select(remote, "notEmpty(driver)", NULL,
			  "ORDER BY id_high, id_low", &answer, err))
		return err->status;
	remote->lists =
		calloc((size_t)remote->rows + 1, sizeof(*remote->lists));
	if (!remote->lists)
		abort();

	struct bytes in = bytes_of(answer.data, answer.size);

	for (; bytes_left(&in) && row < remote->rows; row++)
		remote->lists[row] = bytes_u8(&in) ? row + 1 : 0;

	const bool fits = row == remote->rows && !bytes_left(&in);

	http_answer_free(&answer);
	return fits ? STATUS_OK : remote_misfit(err);
}

bool remote_terms_lists(void *state, uint32_t chunk, struct store_column *ret)
{
	struct remote *remote = state;
	struct store_column column = { NULL, NULL, 0 };
	struct error err;
	size_t first;

	if (!find_chunk(remote, chunk, &first, &column.count))
		return false;
	if (fetch_lists(remote, &err))
		return remote_fail(remote, &err);
	column.terms = remote->lists + first;
	*ret = column;
	return true;
}

/* Rows that have the term among their values, each shifted. */
static enum status find_rows(struct remote *remote, const struct field *field,
			     uint32_t number, uint32_t shift,
			     struct store_rows *rows, struct error *err)
{
	const struct remote_terms *terms = &remote->terms[field->number];
	struct http_answer answer;
	struct arena arena;
	struct sql sql;
	enum status status;

	if (fetch_terms(remote, field, err))
		return err->status;
	if (number == 0 || number > terms->count)
		return STATUS_OK;
	arena_init(&arena);
	sql = sql_begin(&arena);
	sql_add(&sql, "has(`%s`, ", field->name);
	if (field->type == FIELD_TEXT)
		sql_text(&sql, terms->at[number - 1].value.text);
	else
		sql_add(&sql, "toUInt64(%llu)",
			(unsigned long long)terms->at[number - 1].value.number);
	sql_add(&sql, ")");
	status = remote_select(remote, "id_high, id_low", sql_done(&sql), "",
			       &answer, err);
	arena_deinit(&arena);
	return status ? status
		      : remote_take_rows(remote, &answer, shift, rows, err);
}

enum status remote_terms_posting(void *state, const struct field *field,
				 uint32_t term, struct store_rows *rows,
				 struct error *err)
{
	return find_rows(state, field, term, 0, rows, err);
}

enum status remote_terms_posting_lists(void *state, const struct field *field,
				       uint32_t term, struct store_rows *lists,
				       struct error *err)
{
	const uint32_t shift = field->index == FIELD_MODULES;

	return find_rows(state, field, term, shift, lists, err);
}
