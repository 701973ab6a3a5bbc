#include "signatures/store/store_side.h"

#include <stdlib.h>
#include <string.h>

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
	void *closure;
	bool is_made;
	struct value *values; /* term - 1, in byte order */
	uint32_t count;
	uint32_t *terms; /* by term of the other field; 0 = none */
	uint32_t term_count;
};

static void *must(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

bool store_side_is(const struct field *field)
{
	return field->number >= FIELD_ADDED;
}

void store_side_add(struct store *store, const struct field *field,
		    const struct field *base, store_side_text *text,
		    void *closure)
{
	struct store_side *side = must(calloc(1, sizeof(*side)));

	side->field = field;
	side->base = base;
	side->text = text;
	side->closure = closure;
	side->next = store->sides;
	store->sides = side;
}

void store_side_drop(struct store *store)
{
	while (store->sides) {
		struct store_side *side = store->sides;

		store->sides = side->next;
		free(side->values);
		free(side->terms);
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

/* The field's side, made; NULL if it was never added, or cannot be. */
static struct store_side *side_of(struct store *store,
				  const struct field *field, struct error *err)
{
	struct gathering all = { .side = store->sides };

	while (all.side && all.side->field != field)
		all.side = all.side->next;
	if (!all.side) {
		error_set(err, STATUS_USAGE, "%s: no such field", field->name);
		return NULL;
	}
	if (all.side->is_made)
		return all.side;
	if (store_walk_terms(store, all.side->base, take_base, &all, err)) {
		free(all.pairs);
		return NULL;
	}
	if (all.count)
		qsort(all.pairs, all.count, sizeof(*all.pairs), by_text);
	number_terms(all.side, all.pairs, all.count);
	all.side->is_made = true;
	free(all.pairs);
	return all.side;
}

bool store_side_column(struct store *store, const struct field *field,
		       uint32_t chunk, struct store_column *ret)
{
	struct error err;
	struct store_side *side = side_of(store, field, &err);
	void **room = &store->columns[field->number];
	struct store_column base;
	uint32_t *terms;

	if (!side || !store_column_read(store, side->base, chunk, &base))
		return false;
	if (!*room)
		*room = must(malloc(STORE_CHUNK_ROWS * sizeof(*terms)));
	terms = *room;
	for (size_t i = 0; i < base.count; i++)
		terms[i] = base.terms[i] < side->term_count
				   ? side->terms[base.terms[i]]
				   : 0;
	*ret = (struct store_column){ .terms = terms, .count = base.count };
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
