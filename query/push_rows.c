#include "query/push_rows.h"

static bool add_row(void *closure, uint32_t row)
{
	plan_add(closure, row);
	return true;
}

enum status push_rows(struct store *store, const struct where *where,
		      struct plan *plan, struct error *err)
{
	struct arena arena;
	struct store_rows *rows;
	const char *condition;
	enum status status = STATUS_OK;

	arena_init(&arena);
	condition = push_condition(store, where, &arena);
	if (condition) {
		struct plan passed = plan_none(store);

		rows = store_rows_create();
		status = remote_rows(store, condition, rows, err);
		store_rows_walk(rows, add_row, &passed);
		plan_keep(plan, &passed);
		store_rows_destroy(rows);
		plan_deinit(&passed);
	}
	arena_deinit(&arena);
	return status;
}
