#include "signatures/store/store_side.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/store/state.h"

struct value {
	const char *text;
	uint64_t crashes;
};

/* A term of the other field and its text, until all are known. */
struct pair {
	uint32_t term;
	const char *text;
	uint64_t crashes;
};

struct store_side {
	struct store_side *next;
	const struct field *field;
	const struct field *base;
	store_side_text *text;
	store_side_label *label; /* instead of base and text */
	void *closure;
	bool is_made;
	uint16_t *labels;     /* by row */
	struct value *values; /* term - 1, in byte order */
	uint32_t count;
	uint32_t *terms; /* by term of the other field, or label; 0 = none */
	uint32_t term_count;
};

bool store_side_is(const struct field *field)
{
	return field->number >= FIELD_ADDED;
}

static struct store_side *add(struct store *store, const struct field *field,
			      void *closure)
{
	struct store_side *side = must(calloc(1, sizeof(*side)));

	side->field = field;
	side->closure = closure;
	side->next = store->sides;
	store->sides = side;
	return side;
}

void store_side_add(struct store *store, const struct field *field,
		    const struct field *base, store_side_text *text,
		    void *closure)
{
	struct store_side *side = add(store, field, closure);

	side->base = base;
	side->text = text;
}

void store_side_add_labels(struct store *store, const struct field *field,
			   store_side_label *label, void *closure)
{
	add(store, field, closure)->label = label;
}

static struct store_side *find(struct store *store, const struct field *field)
{
	struct store_side *side = store->sides;

	while (side && side->field != field)
		side = side->next;
	return side;
}

const struct field *store_side_base(struct store *store,
				    const struct field *field)
{
	const struct store_side *side = find(store, field);

	return side ? side->base : NULL;
}

void store_side_drop(struct store *store)
{
	while (store->sides) {
		struct store_side *side = store->sides;

		store->sides = side->next;
		free(side->values);
		free(side->terms);
		free(side->labels);
		free(side);
	}
}

struct gathering {
	struct store_side *side;
	struct pair *pairs;
	size_t count;
	size_t room;
};

static bool take_base(void *closure, const struct store_term *term)
{
	struct gathering *all = closure;
	const struct store_side *side = all->side;
	const char *text = side->text(side->closure, term->value);

	if (!text || !*text)
		return true;
	if (all->count == all->room) {
		all->room = all->room * 2 + 1024;
		all->pairs = must(reallocarray(all->pairs, all->room,
					       sizeof(*all->pairs)));
	}
	all->pairs[all->count++] =
		(struct pair){ term->term, text, term->crashes };
	return true;
}

static int by_text(const void *left, const void *right)
{
	const struct pair *a = left, *b = right;

	return strcmp(a->text, b->text);
}

static void number_terms(struct store_side *side, const struct pair *pairs,
			 size_t count)
{
	uint32_t last = 0;

	for (size_t i = 0; i < count; i++)
		last = pairs[i].term > last ? pairs[i].term : last;
	side->term_count = last + 1;
	side->terms = must(calloc(side->term_count, sizeof(*side->terms)));
	side->values = must(calloc(count + 1, sizeof(*side->values)));
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || strcmp(pairs[i].text, pairs[i - 1].text) != 0)
			side->values[side->count++].text = pairs[i].text;
		side->values[side->count - 1].crashes += pairs[i].crashes;
		side->terms[pairs[i].term] = side->count;
	}
}

/* What the labels say, and how many crashes have each. */
static enum status take_labels(struct store *store, struct gathering *all,
			       struct error *err)
{
	struct store_side *side = all->side;
	uint16_t *labels =
		must(calloc((size_t)store->rows + 1, sizeof(*labels)));
	const char *const *texts;
	size_t count;

	if (side->label(side->closure, labels, &texts, &count, err)) {
		free(labels);
		return err->status;
	}
	all->pairs = must(calloc(count + 1, sizeof(*all->pairs)));
	all->count = count;
	for (size_t i = 0; i < count; i++)
		all->pairs[i] = (struct pair){ (uint32_t)i + 1, texts[i], 0 };
	for (uint32_t row = 0; row < store->rows; row++)
		if (labels[row])
			all->pairs[labels[row] - 1].crashes++;
	side->labels = labels;
	return STATUS_OK;
}

/* The field's side, made; NULL if it was never added, or cannot be. */
static struct store_side *side_of(struct store *store,
				  const struct field *field, struct error *err)
{
	struct gathering all = { .side = find(store, field) };
	enum status status;

	if (!all.side) {
		error_set(err, STATUS_USAGE, "%s: no such field", field->name);
		return NULL;
	}
	if (all.side->is_made)
		return all.side;
	status = all.side->label ? take_labels(store, &all, err)
				 : store_walk_terms(store, all.side->base,
						    take_base, &all, err);
	if (!status) {
		if (all.count)
			qsort(all.pairs, all.count, sizeof(*all.pairs),
			      by_text);
		number_terms(all.side, all.pairs, all.count);
		all.side->is_made = true;
	}
	free(all.pairs);
	return status ? NULL : all.side;
}

/* Terms of the other field, or labels, as terms of this one. */
static bool spell_chunk(struct store *store, const struct store_side *side,
			uint32_t chunk, uint32_t *terms, size_t *count)
{
	const uint64_t first = (uint64_t)chunk * STORE_CHUNK_ROWS;
	struct store_column base;

	if (side->base) {
		if (!store_column_read(store, side->base, chunk, &base))
			return false;
		for (size_t i = 0; i < base.count; i++)
			terms[i] = base.terms[i] < side->term_count
					   ? side->terms[base.terms[i]]
					   : 0;
		*count = base.count;
		return true;
	}
	if (first >= store->rows)
		return false;
	*count = store->rows - first < STORE_CHUNK_ROWS ? store->rows - first
							: STORE_CHUNK_ROWS;
	for (size_t i = 0; i < *count; i++)
		terms[i] = side->terms[side->labels[first + i]];
	return true;
}

bool store_side_column(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret)
{
	struct error err;
	struct store_side *side = side_of(store, field, &err);
	void **room = &store->columns[field->number];
	size_t count;

	if (!side)
		return false;
	if (!*room)
		*room = must(malloc(STORE_CHUNK_ROWS * sizeof(uint32_t)));
	if (!spell_chunk(store, side, chunk, *room, &count))
		return false;
	*ret = (struct store_column){ .terms = *room, .count = count };
	return true;
}

static void tell(const struct store_side *side, uint32_t term,
		 struct store_term *ret)
{
	const struct value *value = &side->values[term - 1];

	*ret = (struct store_term){ .term = term,
				    .value = { .text = value->text },
				    .crashes = value->crashes };
}

enum status store_side_walk(struct store *store, const struct field *field,
			    store_term_take *take, void *closure,
			    struct error *err)
{
	const struct store_side *side = side_of(store, field, err);

	if (!side)
		return err->status;
	for (uint32_t term = 1; term <= side->count; term++) {
		struct store_term value;

		tell(side, term, &value);
		if (!take(closure, &value))
			break;
	}
	return STATUS_OK;
}

bool store_side_find_term(struct store *store, const struct field *field,
			  struct field_value value, struct store_term *ret)
{
	struct error err;
	const struct store_side *side = side_of(store, field, &err);

	for (uint32_t term = 1; side && term <= side->count; term++)
		if (!strcmp(side->values[term - 1].text, value.text)) {
			tell(side, term, ret);
			return true;
		}
	return false;
}

bool store_side_term_value(struct store *store, const struct field *field,
			   uint32_t term, struct arena *arena,
			   struct store_term *ret)
{
	struct error err;
	const struct store_side *side = side_of(store, field, &err);

	if (!side || !term || term > side->count)
		return false;
	tell(side, term, ret);
	ret->value.text = text_copy(arena, ret->value.text);
	return true;
}
