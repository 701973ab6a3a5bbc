#include "signatures/settle/each_row.h"

enum status each_row(struct store *store, row_take *take, void *closure,
		     struct error *err)
{
	struct arena arena;
	enum status status = STATUS_OK;

	arena_init(&arena);
	for (uint32_t row = 0; row < store_row_count(store) && !status; row++) {
		struct store_crash crash;

		status = store_crash_read(store, row, &arena, &crash, err);
		if (!status)
			status = take(closure, store, row, &crash, &arena, err);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}
