#include "query/hint.h"

#include <string.h>

#include "query/choose.h"
#include "signatures/base/text.h"

enum {
	VALUES_MAX = 8192 /* looked through for the nearest one */
};

/* Values that crashes have, as texts. */
struct values {
	struct arena *arena;
	const char *wanted;
	const char *texts[VALUES_MAX + 1];
	size_t count;
	const char *begins; /* with what is wanted, on most crashes */
	uint64_t crashes;
};

static bool take_value(void *closure, const struct store_term *term)
{
	struct values *values = closure;
	const char *text = term->value.text;

	if (!text || term->crashes == 0)
		return true;
	if (term->crashes > values->crashes &&
	    text_starts_nocase(text, values->wanted)) {
		values->begins = text_copy(values->arena, text);
		values->crashes = term->crashes;
	}
	if (values->count < VALUES_MAX)
		values->texts[values->count++] = text_copy(values->arena, text);
	return true;
}

/* A value like the one that nobody has; NULL if there is none. */
static const char *nearest(struct query *query, const struct where_test *test)
{
	struct values *values = arena_take(&query->arena, 1, sizeof(*values));
	struct error err;

	if (test->field->type != FIELD_TEXT ||
	    test->field->index == FIELD_NONE || test->count != 1 ||
	    test->values[0].form != WHERE_EXACT)
		return NULL;
	*values = (struct values){ .arena = &query->arena,
				   .wanted = test->values[0].text };
	if (store_walk_terms(query->store, test->field, take_value, values,
			     &err))
		return NULL;
	return values->begins ? values->begins
			      : cli_nearest(values->wanted, values->texts);
}

void hint_empty(struct query *query)
{
	if (store_row_count(query->store) == 0)
		return;
	for (size_t i = 0; i < query->operand_count; i++) {
		const char *word = query->operands[i];
		const char *like;
		struct where where;
		struct plan plan;
		struct error err;
		uint64_t passes;

		if (!strchr(word, '=') ||
		    where_parse(&word, 1, &query->arena, &where, &err) ||
		    choose_rows(query->store, &where, &plan, &err))
			continue;
		passes = plan.matched;
		plan_deinit(&plan);
		if (passes)
			continue;
		like = nearest(query, &where.tests[0]);
		if (like)
			cli_complain("%s: no crash has that; did you mean %s?",
				     word, like);
		else
			cli_complain("%s: no crash has that; `crashquery freq "
				     "--by=%s` lists what there is",
				     word, where.tests[0].field->name);
	}
}
