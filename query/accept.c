#include "query/accept.h"

#include <stdlib.h>
#include <string.h>

#include "query/prefix.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

static void add(struct accept *accept, uint32_t term, uint64_t crashes)
{
	if (term >= accept->room) {
		const size_t room = ((size_t)term + 1) * 2;

		accept->yes = must(realloc(accept->yes, room));
		memset(accept->yes + accept->room, 0, room - accept->room);
		accept->room = room;
	}
	if (term >= accept->terms)
		accept->terms = (size_t)term + 1;
	if (accept->yes[term])
		return;
	accept->yes[term] = 1;
	accept->only = term;
	accept->count++;
	accept->crashes += crashes;
}

static bool take_term(void *closure, const struct store_term *term)
{
	struct accept *accept = closure;

	if (where_accepts(accept->test, term->value))
		add(accept, term->term, term->crashes);
	return true;
}

/* Counters of modules are made by a scan: their number will do. */
static bool find_term(struct store *store, const struct field *field,
		      struct field_value value, struct store_term *ret)
{
	if (field->index != FIELD_MODULES)
		return store_find_term(store, field, value, ret);
	*ret = (struct store_term){ .term = store_find_number(store, field,
							      value) };
	return ret->term != 0;
}

static void look_up(struct store *store, struct accept *accept,
		    struct arena *arena)
{
	const struct where_test *test = accept->test;

	for (size_t i = 0; i < test->count; i++) {
		struct field_value value = { .number = test->values[i].low };
		struct store_term term;

		if (test->values[i].form == WHERE_ABSENT)
			continue;
		if (test->values[i].form == WHERE_EXACT)
			value.text =
				text_file_name(arena, test->values[i].text);
		if (find_term(store, test->field, value, &term))
			add(accept, term.term, term.crashes);
	}
}

/* What all texts that this value accepts begin with; NULL where there are none,
 * or any. */
static const char *beginning(const struct where_test *test,
			     const struct where_value *value,
			     struct arena *arena)
{
	if (test->field->type != FIELD_TEXT ||
	    (value->form != WHERE_EXACT && value->form != WHERE_GLOB))
		return NULL;
	return prefix_text(test->field, value->text, arena);
}

/* The part of the dictionary that each value needs; all of it serves all. */
static enum status walk(struct store *store, struct accept *accept,
			struct arena *arena, struct error *err)
{
	const struct where_test *test = accept->test;
	const struct field *field = test->field;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < test->count && !status; i++) {
		const struct where_value *value = &test->values[i];
		const char *prefix = beginning(test, value, arena);

		if (prefix)
			status = store_walk_beginning(store, field, prefix,
						      take_term, accept, err);
		else if (value->form == WHERE_RANGE)
			status = store_walk_between(store, field, value->low,
						    value->high, take_term,
						    accept, err);
		else if (value->form != WHERE_ABSENT)
			return store_walk_values(store, field, take_term,
						 accept, err);
	}
	return status;
}

enum status accept_make(struct store *store, const struct where_test *test,
			struct accept *ret, struct error *err)
{
	struct accept accept = { .test = test };
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	if (where_accepts_absent(test))
		add(&accept, 0, UINT32_MAX);
	if (where_is_lookup(test))
		look_up(store, &accept, &arena);
	else
		status = walk(store, &accept, &arena, err);
	arena_deinit(&arena);
	if (status)
		accept_deinit(&accept);
	else
		*ret = accept;
	return status;
}

void accept_deinit(struct accept *accept)
{
	free(accept->yes);
}

struct store_terms accept_terms(const struct accept *accept)
{
	const bool negated = accept->test->negated;
	struct store_terms terms = {
		.words = (accept->terms + 63) / 64,
		.beyond = negated,
		.only = accept->count == 1 ? accept->only : 0,
	};

	terms.bits = must(calloc(terms.words + 1, sizeof(*terms.bits)));
	for (size_t i = 0; i < terms.words * 64; i++)
		if (accept_has(accept, (uint32_t)i) != negated)
			terms.bits[i / 64] |= UINT64_C(1) << i % 64;
	return terms;
}
