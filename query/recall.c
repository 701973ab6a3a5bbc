#include "query/recall.h"

#include <assert.h>
#include <stdlib.h>

#include "query/factor.h"
#include "query/value.h"
#include "signatures/base/room.h"

struct recalled {
	struct field_value value;
	const char *text; /* NULL: not looked up */
};

void recall_init(struct recall *recall, struct store *store, const char *field)
{
	*recall = (struct recall){ .store = store, .field = field_find(field) };
	assert(recall->field);
	arena_init(&recall->arena);
}

void recall_deinit(struct recall *recall)
{
	arena_deinit(&recall->arena);
	free(recall->terms);
}

static const struct recalled *look_up(struct recall *recall, uint32_t term)
{
	struct recalled *it;

	if (!recall->terms) {
		recall->count = 1 + store_column_last_term(recall->store,
							   recall->field);
		recall->terms = room_cleared(recall->count, sizeof(*it));
	}
	/* None of this store: no value. */
	if (term >= recall->count)
		term = 0;
	it = &recall->terms[term];
	if (!it->text) {
		it->value = factor_value(recall->store, recall->field->name,
					 term, &recall->arena);
		it->text = value_text(&recall->arena, recall->field, it->value);
	}
	return it;
}

struct field_value recall_value(struct recall *recall, uint32_t term)
{
	return look_up(recall, term)->value;
}

const char *recall_text(struct recall *recall, uint32_t term)
{
	return look_up(recall, term)->text;
}
