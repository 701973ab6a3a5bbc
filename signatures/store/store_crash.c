#include "signatures/store/row.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

void store_crash_of_files(const struct record_file *files, size_t count,
			  struct arena *arena, struct store_crash *ret)
{
	struct row *row = arena_take(arena, 1, sizeof(*row));
	struct record_file *sorted = arena_take(arena, count, sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		row->files[row->count++].file = files[i];
	row_merge(row, arena);
	for (size_t i = 0; i < row->count; i++)
		sorted[i] = row->files[i].file;
	*ret = (struct store_crash){ .identity = row->identity,
				     .ingested = row->ingested,
				     .crash = row->crash,
				     .files = sorted,
				     .file_count = row->count };
}

enum status store_crash_read(struct store *store, uint32_t row,
			     struct arena *arena, struct store_crash *ret,
			     struct error *err)
{
	struct row whole;
	struct record_file *files;

	if (store->foreign)
		return store->foreign->crash_read(store->foreign_state, row,
						  arena, ret, err);
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
