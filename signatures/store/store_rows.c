#include "signatures/store/store_rows.h"

#include <stdlib.h>

#include "signatures/base/must.h"

struct store_rows *store_rows_create(void)
{
	struct store_rows *rows = must(malloc(sizeof(*rows)));

	rows->set = roaring_create();
	return rows;
}

void store_rows_destroy(struct store_rows *rows)
{
	if (!rows)
		return;
	roaring.bitmap_free(rows->set);
	free(rows);
}

void store_rows_add(struct store_rows *rows, uint32_t row)
{
	roaring.bitmap_add(rows->set, row);
}

bool store_rows_has(const struct store_rows *rows, uint32_t row)
{
	return roaring.bitmap_contains(rows->set, row);
}

struct walk {
	bool (*take)(void *closure, uint32_t row);
	void *closure;
};

static bool take_one(uint32_t row, void *closure)
{
	const struct walk *walk = closure;

	return walk->take(walk->closure, row);
}

void store_rows_walk(const struct store_rows *rows,
		     bool (*take)(void *closure, uint32_t row), void *closure)
{
	struct walk walk = { take, closure };

	roaring.iterate(rows->set, take_one, &walk);
}
