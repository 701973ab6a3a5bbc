#include "signatures/store/row.h"
#include "signatures/store/store_read.h"

enum status store_crash_read(struct store *store, uint32_t row,
			     struct arena *arena, struct store_crash *ret,
			     struct error *err)
{
	struct row whole;
	struct record_file *files;

	if (row_read(store, row, arena, &whole, err))
		return err->status;
	files = arena_take(arena, whole.count, sizeof(*files));
	for (size_t i = 0; i < whole.count; i++)
		files[i] = whole.files[i].file;
	*ret = (struct store_crash){ .identity = whole.identity,
				     .ingested = whole.ingested,
				     .crash = whole.crash,
				     .files = files,
				     .file_count = whole.count };
	return STATUS_OK;
}
