#include "query/counters.h"

#include <string.h>

#include "signatures/base/bits.h"

enum {
	WORD_BITS = 64,
	CHUNK_WORDS = STORE_CHUNK_ROWS / WORD_BITS,
	COLUMNS_MOST = 3
};

/* A counted field, and the columns that its values come from. */
static const struct {
	const char *name;
	const char *columns[COLUMNS_MOST + 1];
} counted[] = {
	{ "bugcheck", { "bugcheck", NULL } },
	{ "bucket", { "exact", "portable", "modules", NULL } },
};

static const char *const *columns_of(const struct field *field)
{
	for (size_t i = 0; i < sizeof(counted) / sizeof(counted[0]); i++)
		if (strcmp(field->name, counted[i].name) == 0)
			return counted[i].columns;
	return NULL;
}

bool counters_are_kept(const struct field *field)
{
	return columns_of(field) != NULL;
}

struct walk {
	uint64_t min;
	store_term_take *take;
	void *closure;
	struct counters all;
};

static bool take_term(void *closure, const struct store_term *term)
{
	struct walk *walk = closure;

	walk->all.values++;
	walk->all.crashes += term->crashes;
	return term->crashes < walk->min || walk->take(walk->closure, term);
}

enum status counters_walk(struct store *store, const struct field *field,
			  uint64_t min, store_term_take *take, void *closure,
			  struct counters *all, struct error *err)
{
	struct walk walk = { .min = min, .take = take, .closure = closure };

	if (store_rank_is_kept(store, field, min)) {
		store_rank_totals(store, field, &all->values, &all->crashes);
		return store_rank_walk(store, field, min, take, closure, err);
	}
	if (store_walk_terms(store, field, take_term, &walk, err))
		return err->status;
	*all = walk.all;
	return STATUS_OK;
}

/* Rows of a chunk that have nothing in any of the columns. */
static uint64_t count_without(struct store *store, const char *const *columns,
			      uint32_t chunk, uint32_t rows)
{
	uint64_t without[CHUNK_WORDS], none[CHUNK_WORDS];
	uint64_t count = 1;
	struct store_range range;

	for (size_t i = 0; columns[i]; i++)
		if (store_column_range(store, field_find(columns[i]), chunk,
				       &range) &&
		    range.with >= rows)
			return 0;
	memset(without, 0, sizeof(without));
	for (uint32_t row = 0; row < rows; row++)
		without[row / WORD_BITS] |= UINT64_C(1) << row % WORD_BITS;
	for (; *columns && count; columns++) {
		store_column_equal(store, field_find(*columns), chunk, 0, none);
		count = 0;
		for (size_t i = 0; i < CHUNK_WORDS; i++) {
			without[i] &= none[i];
			count += bits_ones(without[i]);
		}
	}
	return count;
}

uint64_t counters_with_value(struct store *store, const struct field *field,
			     uint64_t crashes)
{
	const char *const *columns = columns_of(field);
	const uint32_t all = store_row_count(store);
	uint64_t with = all;

	if (!columns[1])
		return crashes;
	for (uint32_t row = 0; row < all; row += STORE_CHUNK_ROWS) {
		const uint32_t left = all - row;

		with -= count_without(
			store, columns, row / STORE_CHUNK_ROWS,
			left < STORE_CHUNK_ROWS ? left : STORE_CHUNK_ROWS);
	}
	return with;
}
