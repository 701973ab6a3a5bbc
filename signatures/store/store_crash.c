#include "signatures/store/row.h"
#include "signatures/store/store_foreign.h"
#include "signatures/store/store_read.h"

static void take_row(const struct row *row, struct arena *arena,
		     struct store_crash *ret)
{
	struct record_file *files =
		arena_take(arena, row->count, sizeof(*files));

	for (size_t i = 0; i < row->count; i++)
		files[i] = row->files[i].file;
	*ret = (struct store_crash){ .identity = row->identity,
				     .ingested = row->ingested,
				     .crash = row->crash,
				     .files = files,
				     .file_count = row->count };
}

void store_crash_of_files(const struct record_file *files, size_t count,
			  struct arena *arena, struct store_crash *ret)
{
	struct row *row = arena_take(arena, 1, sizeof(*row));

	for (size_t i = 0; i < count; i++)
		row->files[row->count++].file = files[i];
	row_merge(row, arena);
	take_row(row, arena, ret);
}

enum status store_crash_read(struct store *store, uint32_t row,
			     struct arena *arena, struct store_crash *ret,
			     struct error *err)
{
	struct row whole;

	if (store->foreign)
		return store->foreign->crash_read(store->foreign_state, row,
						  arena, ret, err);
	if (row_read(store, row, arena, &whole, err))
		return err->status;
	take_row(&whole, arena, ret);
	return STATUS_OK;
}

enum status store_crash_glance(struct store *store, uint32_t row,
			       struct arena *arena, struct store_crash *ret,
			       struct error *err)
{
	struct row seen;

	if (store->foreign)
		return store_crash_read(store, row, arena, ret, err);
	if (row_glance(store, row, arena, &seen, err))
		return err->status;
	take_row(&seen, arena, ret);
	return STATUS_OK;
}

bool store_crash_folder(struct store *store, uint32_t row, uint32_t *ret)
{
	return !store->foreign && row_folder_part(store, row, ret);
}

bool store_crash_folder_name(struct store *store, uint32_t folder,
			     struct arena *arena, const char **ret)
{
	return !store->foreign && row_folder_name(store, folder, arena, ret);
}

bool store_crash_is_elsewhere(const struct store *store)
{
	return store->foreign;
}

void store_crash_expect(struct store *store, const uint32_t *rows, size_t count)
{
	if (store->foreign)
		store->foreign->crash_expect(store->foreign_state, rows, count);
}
