#include "query/factor.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/factor_lists.h"
#include "query/group_value.h"
#include "query/intern.h"
#include "query/value.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

uint32_t *factor_terms(struct store *store, const char *name)
{
	const struct field *field = field_find(name);
	const uint32_t rows = store_row_count(store);
	uint32_t *terms = room_take(rows + 1ul, sizeof(*terms));
	struct store_column column;
	size_t at = 0;

	assert(field && field->index == FIELD_COLUMN);
	for (uint32_t i = 0;
	     at < rows && store_column_read(store, field, i, &column); i++) {
		memcpy(terms + at, column.terms, column.count * sizeof(*terms));
		at += column.count;
	}
	memset(terms + at, 0, ((size_t)rows + 1 - at) * sizeof(*terms));
	return terms;
}

uint64_t *factor_numbers(struct store *store, const char *name)
{
	const struct field *field = field_find(name);
	const uint32_t rows = store_row_count(store);
	uint64_t *numbers = room_take(rows + 1ul, sizeof(*numbers));
	struct store_column column;
	size_t at = 0;

	assert(field && field->index == FIELD_RAW);
	for (uint32_t i = 0;
	     at < rows && store_column_read(store, field, i, &column); i++) {
		memcpy(numbers + at, column.numbers,
		       column.count * sizeof(*numbers));
		at += column.count;
	}
	for (; at <= rows; at++)
		numbers[at] = STORE_NO_NUMBER;
	return numbers;
}

uint32_t factor_bound(const uint32_t *terms, uint32_t count)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < count; i++)
		most = terms[i] > most ? terms[i] : most;
	return most + 1;
}

struct field_value factor_value(struct store *store, const char *name,
				uint32_t number, struct arena *arena)
{
	const struct field *field = field_find(name);
	struct field_value value;

	assert(field);
	if (number && store_term_name(store, field, number, arena, &value))
		return value;
	return (struct field_value){ .text = "" };
}

const char *factor_text(struct store *store, const char *name, uint32_t number,
			struct arena *arena)
{
	return value_text(arena, field_find(name),
			  factor_value(store, name, number, arena));
}

static bool add_row(void *closure, uint32_t row)
{
	plan_add(closure, row);
	return true;
}

static enum status rows_of(struct store *store, const char *name,
			   struct field_value value, struct plan *ret,
			   struct error *err)
{
	const struct field *field = field_find(name);
	struct store_rows *rows = store_rows_create();
	struct store_term term;
	enum status status = STATUS_OK;

	assert(field && field->index == FIELD_POSTINGS);
	if (store_find_term(store, field, value, &term))
		status = store_posting_read(store, field, term.term, rows, err);
	if (!status)
		store_rows_walk(rows, add_row, ret);
	store_rows_destroy(rows);
	return status;
}

enum status factor_rows(struct store *store, const char *name,
			const char *value, struct plan *ret, struct error *err)
{
	return rows_of(store, name, (struct field_value){ .text = value }, ret,
		       err);
}

enum status factor_number_rows(struct store *store, const char *name,
			       uint64_t value, struct plan *ret,
			       struct error *err)
{
	return rows_of(store, name, (struct field_value){ .number = value },
		       ret, err);
}

/* Keys of all rows, or in the order of the plan's rows those of these. */
struct keys {
	const uint32_t *at;
	bool in_order;
};

static uint32_t next_key(const struct keys *keys, uint32_t row, size_t nth)
{
	return keys->at[keys->in_order ? nth : row];
}

/* first[key + 1]: how many rows have the key. */
static void count_each(const struct plan *plan, const struct keys *keys,
		       uint32_t *first)
{
	size_t nth = 0;

	for (uint32_t at = 0; at < plan->row_count; at += 64)
		for (uint64_t word = plan->bits[at / 64]; word;
		     word &= word - 1) {
			const uint32_t row =
				at + (uint32_t)__builtin_ctzll(word);
			const uint32_t key = next_key(keys, row, nth++);

			if (key)
				first[key + 1]++;
		}
}

static void put_each(const struct plan *plan, const struct keys *keys,
		     uint32_t *next, uint32_t *rows)
{
	size_t nth = 0;

	for (uint32_t at = 0; at < plan->row_count; at += 64)
		for (uint64_t word = plan->bits[at / 64]; word;
		     word &= word - 1) {
			const uint32_t row =
				at + (uint32_t)__builtin_ctzll(word);
			const uint32_t key = next_key(keys, row, nth++);

			if (key)
				rows[next[key]++] = row;
		}
}

static struct factor_index make_index(const struct plan *plan,
				      const struct keys *keys, uint32_t bound)
{
	struct factor_index index = { .keys = bound };
	uint32_t *next;

	index.first = must(calloc((size_t)bound + 2, sizeof(*index.first)));
	count_each(plan, keys, index.first);
	for (uint32_t key = 0; key <= bound; key++)
		index.first[key + 1] += index.first[key];
	index.rows =
		room_take(index.first[bound + 1] + 1ul, sizeof(*index.rows));
	next = must(malloc(((size_t)bound + 1) * sizeof(*next)));
	memcpy(next, index.first, ((size_t)bound + 1) * sizeof(*next));
	if (index.first[bound + 1])
		put_each(plan, keys, next, index.rows);
	free(next);
	return index;
}

struct factor_index factor_index_make(const struct plan *plan,
				      const uint32_t *keys, uint32_t bound)
{
	const struct keys all = { keys, false };

	return make_index(plan, &all, bound);
}

struct factor_index factor_index_in_order(const struct plan *plan,
					  const uint32_t *keys, uint32_t bound)
{
	const struct keys some = { keys, true };

	return make_index(plan, &some, bound);
}

void factor_index_deinit(struct factor_index *index)
{
	free(index->rows);
	free(index->first);
}

/* Of a field that is no column of terms, numbered by its values. */
static uint32_t key_of(const struct store_column *column, size_t row,
		       const struct field *field, struct intern *values)
{
	struct field_value value;

	if (row >= column->count)
		return 0;
	if (!values)
		return column->terms[row];
	value = (struct field_value){ .number = column->numbers[row] };
	return value.number == STORE_NO_NUMBER
		       ? 0
		       : intern_number(values, group_value(field, value));
}

/* The plan's rows in their order: a small plan takes little memory. */
static uint32_t *keys_of(const struct plan *plan, struct store *store,
			 const struct field *field, struct intern *values)
{
	struct plan counted = *plan;
	size_t at = 0;
	uint32_t *keys;

	plan_count(&counted);
	keys = room_take(counted.matched + 1, sizeof(*keys));
	for (uint32_t chunk = 0; chunk < plan_chunks(plan); chunk++) {
		struct store_column column = { .count = 0 };
		size_t rows;
		const uint64_t *bits = plan_chunk(plan, chunk, &rows);

		if (!plan_has_any(plan, chunk))
			continue;
		if (!store_column_pick(store, field, chunk, bits, &column))
			column.count = 0;
		for (size_t row = 0; row < rows; row++)
			if (count_bit(bits, row))
				keys[at++] =
					key_of(&column, row, field, values);
	}
	return keys;
}

static void each_key(const struct plan *plan, struct store *store,
		     const struct field *field, struct intern *values,
		     struct arena *arena, factor_take *take, void *closure)
{
	uint32_t *at = keys_of(plan, store, field, values);
	const struct keys keys = { at, true };
	const uint32_t bound =
		1 + (values ? (uint32_t)intern_count(values)
			    : store_column_last_term(store, field));
	struct factor_index index = make_index(plan, &keys, bound);

	for (uint32_t key = 1; key < bound; key++) {
		const uint32_t from = index.first[key];
		const uint32_t to = index.first[key + 1];
		struct store_term term = { .term = values ? 0 : key };

		if (from == to)
			continue;
		term.value =
			values ? intern_value(values, key)
			       : factor_value(store, field->name, key, arena);
		take(closure, &term, index.rows + from, to - from);
	}
	factor_index_deinit(&index);
	free(at);
}

static void each_number(const struct plan *plan, struct store *store,
			const struct field *field, struct arena *arena,
			factor_take *take, void *closure)
{
	struct intern *values = intern_create();

	each_key(plan, store, field, values, arena, take, closure);
	intern_destroy(values);
}

/* Who is told of each value. */
struct telling {
	struct store *store;
	const struct field *field;
	struct arena *arena;
	factor_take *take;
	void *closure;
};

static bool tell_term(void *closure, uint32_t number, const uint32_t *rows,
		      size_t count)
{
	const struct telling *telling = closure;
	struct store_term term = { .term = number };

	if (store_term_name(telling->store, telling->field, number,
			    telling->arena, &term.value))
		telling->take(telling->closure, &term, rows, count);
	return true;
}

enum status factor_each(struct store *store, const struct field *field,
			const struct plan *plan, struct arena *arena,
			factor_take *take, void *closure, struct error *err)
{
	struct telling telling = { store, field, arena, take, closure };

	switch (field->index) {
	case FIELD_COLUMN:
		each_key(plan, store, field, NULL, arena, take, closure);
		return STATUS_OK;
	case FIELD_RAW:
		each_number(plan, store, field, arena, take, closure);
		return STATUS_OK;
	case FIELD_POSTINGS:
		return store_posting_each(store, field, plan->bits,
					  ((size_t)plan->row_count + 63) / 64,
					  tell_term, &telling, err);
	case FIELD_MODULES:
		return factor_lists_each(store, field, plan, tell_term,
					 &telling, err);
	case FIELD_NONE:
		break;
	}
	return error_set(err, STATUS_USAGE, "%s: has no index to count by",
			 field->name);
}
