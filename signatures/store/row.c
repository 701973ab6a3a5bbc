#include "signatures/store/row.h"

#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/pack.h"
#include "signatures/identity.h"
#include "signatures/record_beside.h"
#include "signatures/store/btree.h"
#include "signatures/store/index.h"
#include "signatures/store/part.h"
#include "signatures/store/placement.h"

static struct btree_key key_of(uint32_t number)
{
	struct btree_key key = btree_key();

	btree_key_u32(&key, number);
	return key;
}

/* The path of a file in this folder, which came in at that time. */
static bool join_path(struct store *store, uint32_t folder, const char *name,
		      struct arena *arena, uint64_t *ingested, const char **ret)
{
	struct bytes part;
	size_t size;
	char *path;

	if (!part_get(store, SCHEMA_FOLDER, folder, &part))
		return false;
	*ingested = pack_take_varint(&part);
	size = bytes_left(&part);
	path = arena_take(arena, size + strlen(name) + 1, 1);
	bytes_copy(&part, path, size);
	strcpy(path + size, name);
	*ret = path;
	return true;
}

/* A night's files share the night and most of where they come from. */
static enum status join_folder(struct store *store, struct row_file *file,
			       struct arena *arena, struct error *err)
{
	if (!join_path(store, file->folder, file->file.source, arena,
		       &file->file.ingested, &file->file.source))
		return error_set(err, STATUS_STORE, "folder %u is missing",
				 file->folder);
	return STATUS_OK;
}

static uint32_t put_folder(struct store *store, const struct record_file *file,
			   struct arena *scratch)
{
	const char *slash = strrchr(file->source, '/');
	struct pack out = pack_into(scratch);

	pack_varint(&out, file->ingested);
	if (slash)
		pack_bytes(&out, file->source,
			   (size_t)(slash - file->source) + 1);
	return part_put(store, SCHEMA_FOLDER, pack_done(&out));
}

static struct bytes take_piece(struct bytes *in)
{
	const uint64_t size = pack_take_varint(in);
	struct bytes piece;

	if (in->failed || size > bytes_left(in)) {
		in->failed = true;
		return bytes_absent();
	}
	piece = bytes_of(in->next, size);
	bytes_skip(in, size);
	return piece;
}

static enum status read_stack(struct store *store, struct row_file *file,
			      struct bytes *in, struct bytes *ret,
			      struct error *err)
{
	if (file->stack && !part_get(store, SCHEMA_STACK, file->stack, ret))
		return error_set(err, STATUS_STORE, "stack %u is missing",
				 file->stack);
	if (!file->stack)
		*ret = take_piece(in);
	return STATUS_OK;
}

enum depth {
	DEPTH_WHOLE,
	DEPTH_GLANCE /* without modules */
};

/* And what points into them. */
static void leave_out_modules(struct crash *crash)
{
	crash->module_count = 0;
	crash->candidate_count = 0;
}

static void take_parts(struct bytes *in, struct row_file *ret)
{
	ret->folder = (uint32_t)pack_take_varint(in);
	ret->machine = (uint32_t)pack_take_varint(in);
	ret->list = (uint32_t)pack_take_varint(in);
	ret->stack = (uint32_t)pack_take_varint(in);
}

static enum status read_file(struct store *store, struct bytes *in,
			     enum depth depth, struct arena *arena,
			     struct row_file *ret, struct error *err)
{
	struct crash shared = { 0 };
	struct record_beside record;

	take_parts(in, ret);
	if (in->failed)
		return error_set(err, STATUS_STORE, "cut short");
	if (read_stack(store, ret, in, &record.stack, err))
		return err->status;
	if (depth == DEPTH_WHOLE
		    ? placement_take(store, in, ret->list, arena, &shared, err)
		    : placement_skip(store, in, ret->list, arena, &shared, err))
		return err->status;
	record.own = take_piece(in);
	if (in->failed)
		return error_set(err, STATUS_STORE, "cut short");
	if (part_get_machine(store, ret->machine, arena, &shared.machine,
			     err) ||
	    record_beside_decode(&record, &shared, arena, &ret->file, err))
		return err->status;
	if (depth != DEPTH_WHOLE)
		leave_out_modules(&ret->file.crash);
	return join_folder(store, ret, arena, err);
}

static enum status read_row(struct store *store, uint32_t number,
			    enum depth depth, struct arena *arena,
			    struct row *ret, struct error *err)
{
	const struct btree_key key = key_of(number);
	struct bytes in;
	size_t count;

	ret->count = 0;
	if (!btree_get(store, SCHEMA_ROW, &key, &in)) {
		if (state_check(store, err))
			return err->status;
		return error_set(err, STATUS_STORE, "%s: no row %u",
				 store->path, number);
	}
	count = pack_take_count(&in, LIMIT_FILES_PER_CRASH);
	for (size_t i = 0; i < count; i++) {
		struct row_file file = { 0 };

		if (read_file(store, &in, depth, arena, &file, err))
			return error_within(err, "%s: row %u", store->path,
					    number);
		ret->files[ret->count++] = file;
	}
	if (!count || bytes_left(&in))
		return error_set(err, STATUS_STORE, "%s: row %u is damaged",
				 store->path, number);
	row_merge(ret, arena);
	return STATUS_OK;
}

enum status row_read(struct store *store, uint32_t number, struct arena *arena,
		     struct row *ret, struct error *err)
{
	return read_row(store, number, DEPTH_WHOLE, arena, ret, err);
}

/* Modules tell which of several files is the richest, and some ids. */
enum status row_glance(struct store *store, uint32_t number,
		       struct arena *arena, struct row *ret, struct error *err)
{
	if (read_row(store, number, DEPTH_GLANCE, arena, ret, err))
		return err->status;
	if (ret->count == 1 && !identity_is_of_content(&ret->crash))
		return STATUS_OK;
	return read_row(store, number, DEPTH_WHOLE, arena, ret, err);
}

/* Of a row that has one file. */
static bool read_parts(struct store *store, uint32_t number,
		       struct row_file *ret)
{
	const struct btree_key key = key_of(number);
	struct bytes in;

	if (!btree_get_passing(store, SCHEMA_ROW, &key, &in) ||
	    pack_take_count(&in, LIMIT_FILES_PER_CRASH) != 1)
		return false;
	take_parts(&in, ret);
	return !in.failed;
}

bool row_folder_part(struct store *store, uint32_t number, uint32_t *ret)
{
	struct row_file file;

	if (!read_parts(store, number, &file))
		return false;
	*ret = file.folder;
	return file.folder != 0;
}

bool row_folder_name(struct store *store, uint32_t folder, struct arena *arena,
		     const char **ret)
{
	uint64_t ingested;

	return join_path(store, folder, "", arena, &ingested, ret);
}

bool row_stack_part(struct store *store, uint32_t number, uint32_t *ret)
{
	struct row_file file;

	if (!read_parts(store, number, &file))
		return false;
	*ret = file.stack;
	return file.stack != 0;
}

bool row_stack_alone(struct store *store, uint32_t part, struct arena *arena,
		     struct crash *ret)
{
	struct bytes stack;
	struct error err;

	return part_get_passing(store, SCHEMA_STACK, part, &stack) &&
	       !record_beside_stack(stack, arena, ret, &err) &&
	       (ret->bugcheck.code.known || ret->exception.code.known);
}

void row_add_parts(struct store *store, struct row_file *file,
		   struct arena *scratch)
{
	bool is_new;

	file->folder = put_folder(store, &file->file, scratch);
	file->machine =
		part_put_machine(store, &file->file.crash.machine, scratch);
	file->list = part_put_list(store, &file->file.crash, scratch, &is_new);
	if (is_new)
		index_list(store, file->list, &file->file.crash);
}

void row_merge(struct row *row, struct arena *arena)
{
	const struct crash *crashes[LIMIT_FILES_PER_CRASH + 1];
	struct row_file *sorted =
		arena_take(arena, row->count, sizeof(*sorted));

	for (size_t i = 0; i < row->count; i++)
		crashes[i] = &row->files[i].file.crash;
	identity_merge(crashes, row->count, arena, &row->crash);
	if (row->count > LIMIT_FILES_PER_CRASH) {
		row->count = LIMIT_FILES_PER_CRASH;
		identity_merge(crashes, row->count, arena, &row->crash);
	}

	row->list = 0;
	row->ingested = UINT64_MAX;
	for (size_t i = 0; i < row->count; i++)
		for (size_t n = 0; n <= LIMIT_FILES_PER_CRASH; n++)
			if (crashes[i] == &row->files[n].file.crash)
				sorted[i] = row->files[n];
	for (size_t i = 0; i < row->count; i++) {
		const struct record_file *file = &sorted[i].file;

		row->files[i] = sorted[i];
		if (file->ingested < row->ingested)
			row->ingested = file->ingested;
		if (!row->list && file->crash.module_count)
			row->list = sorted[i].list;
	}
	row->identity = identity_of(&row->crash);
}

static void pack_piece(struct pack *out, struct bytes piece)
{
	pack_varint(out, bytes_left(&piece));
	pack_bytes(out, piece.next, bytes_left(&piece));
}

/* A stack too weak for a bucket is like no other: sharing it does not pay. */
static void write_file(struct store *store, struct row_file *it,
		       struct pack *out, struct arena *scratch)
{
	struct record_file file = it->file;
	const char *slash = strrchr(file.source, '/');
	const bool is_shared = file.crash.buckets.exact != 0;
	struct record_beside record;

	if (slash)
		file.source = slash + 1;
	file.ingested = 0;
	record = record_beside_encode(&file, scratch);
	pack_varint(out, it->folder);
	pack_varint(out, it->machine);
	pack_varint(out, it->list);
	it->stack = is_shared ? part_put(store, SCHEMA_STACK, record.stack) : 0;
	pack_varint(out, it->stack);
	if (!is_shared)
		pack_piece(out, record.stack);
	placement_pack(store, &file.crash, out);
	pack_piece(out, record.own);
}

void row_write(struct store *store, uint32_t number, struct row *row,
	       struct arena *scratch)
{
	const struct btree_key key = key_of(number);
	struct pack out = pack_into(scratch);

	pack_varint(&out, row->count);
	for (size_t i = 0; i < row->count; i++)
		write_file(store, &row->files[i], &out, scratch);
	btree_put(store, SCHEMA_ROW, &key, pack_done(&out));
}

void row_delete(struct store *store, uint32_t number)
{
	const struct btree_key key = key_of(number);

	btree_delete(store, SCHEMA_ROW, &key);
}
