#include "query/newest.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	const struct newest *x = a;
	const struct newest *y = b;

	if (x->when != y->when)
		return x->when > y->when ? -1 : 1;
	if (x->identity.high != y->identity.high)
		return x->identity.high < y->identity.high ? -1 : 1;
	if (x->identity.low != y->identity.low)
		return x->identity.low < y->identity.low ? -1 : 1;
	return (x->row > y->row) - (x->row < y->row);
}

/* Rows of one time are told apart by id. */
static enum status order_tied(struct store *store, struct newest *at,
			      size_t count, struct arena *arena,
			      struct error *err)
{
	struct store_crash crash;

	for (size_t i = 0; i < count; i++) {
		arena_reset(arena);
		if (store_crash_glance(store, at[i].row, arena, &crash, err))
			return err->status;
		at[i].identity = crash.identity;
	}
	qsort(at, count, sizeof(*at), compare);
	return STATUS_OK;
}

enum status newest_order(struct store *store, struct newest *at, size_t count,
			 struct error *err)
{
	struct arena arena;
	enum status status = STATUS_OK;

	if (count)
		qsort(at, count, sizeof(*at), compare);
	/* There rows are in the order of ids as they are. */
	if (store_crash_is_elsewhere(store))
		return STATUS_OK;
	arena_init(&arena);
	for (size_t i = 0; i < count && !status;) {
		size_t end = i + 1;

		while (end < count && at[end].when == at[i].when)
			end++;
		if (end - i > 1)
			status =
				order_tied(store, at + i, end - i, &arena, err);
		i = end;
	}
	arena_deinit(&arena);
	return status;
}
