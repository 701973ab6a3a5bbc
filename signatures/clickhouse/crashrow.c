#include "signatures/clickhouse/crashrow.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/tables.h"
#include "signatures/identity.h"

bool crashrow_is_given(const struct field *field)
{
	return !field->values && field->index == FIELD_COLUMN &&
	       field->type == FIELD_TEXT;
}

enum status crashrow_read(struct store *store, uint32_t number,
			  struct arena *arena, struct crashrow *ret,
			  struct error *err)
{
	const size_t at = number % STORE_CHUNK_ROWS;
	struct store_column column;
	struct store_term term;

	memset(ret, 0, sizeof(*ret));
	if (store_crash_read(store, number, arena, &ret->crash, err))
		return err->status;
	for (const struct field *field = field_table; field->name; field++) {
		if (!crashrow_is_given(field) ||
		    !store_column_read(store, field, number / STORE_CHUNK_ROWS,
				       &column) ||
		    at >= column.count || column.terms[at] == 0 ||
		    !store_term_value(store, field, column.terms[at], arena,
				      &term))
			continue;
		ret->given[field->number] = term.value.text;
	}
	return STATUS_OK;
}

/* The values of one field. */
struct values {
	struct field_value *at;
	size_t count;
	size_t room;
	struct arena *arena;
};

static void take_value(void *closure, struct field_value value)
{
	struct values *values = closure;

	if (values->count == values->room) {
		const size_t room = values->room * 2 + 8;
		struct field_value *at =
			arena_take(values->arena, room, sizeof(*at));

		if (values->count)
			memcpy(at, values->at, values->count * sizeof(*at));
		values->at = at;
		values->room = room;
	}
	if (value.text)
		value.text = text_copy(values->arena, value.text);
	values->at[values->count++] = value;
}

static int compare(const void *a, const void *b)
{
	const struct field_value *x = a;
	const struct field_value *y = b;

	if (x->text && y->text)
		return strcmp(x->text, y->text);
	return (x->number > y->number) - (x->number < y->number);
}

static void sort_once(struct values *values)
{
	size_t kept = 0;

	if (values->count)
		qsort(values->at, values->count, sizeof(*values->at), compare);
	for (size_t i = 0; i < values->count; i++)
		if (!kept || compare(&values->at[kept - 1], &values->at[i]))
			values->at[kept++] = values->at[i];
	values->count = kept;
}

static void put_string(struct pack *out, const char *text)
{
	const size_t size = strlen(text);

	pack_varint(out, size);
	pack_bytes(out, text, size);
}

static void put_value(struct pack *out, const struct field *field,
		      struct field_value value)
{
	if (field->type == FIELD_TEXT)
		put_string(out, value.text);
	else
		pack_u64(out, value.number);
}

static void gather(const struct crashrow *row, const struct field *field,
		   struct values *values)
{
	const struct store_crash *crash = &row->crash;

	if (field->values) {
		field_values(field, &crash->crash, take_value, values);
	} else if (strcmp(field->name, "source") == 0) {
		for (size_t i = 0; i < crash->file_count; i++)
			take_value(values,
				   (struct field_value){
					   .text = crash->files[i].source });
	} else if (strcmp(field->name, "ingested") == 0) {
		take_value(values,
			   (struct field_value){ .number = crash->ingested });
	} else if (row->given[field->number]) {
		take_value(values, (struct field_value){
					   .text = row->given[field->number] });
	}
}

static void put_field(struct pack *out, const struct crashrow *row,
		      const struct field *field)
{
	struct values values = { .arena = out->arena };

	gather(row, field, &values);
	if (tables_is_array(field)) {
		sort_once(&values);
		pack_varint(out, values.count);
		for (size_t i = 0; i < values.count; i++)
			put_value(out, field, values.at[i]);
	} else if (field->type == FIELD_TEXT) {
		put_string(out, values.count ? values.at[0].text : "");
	} else {
		pack_u8(out, values.count == 0);
		if (values.count)
			pack_u64(out, values.at[0].number);
	}
}

static void put_ids(struct pack *out, const struct store_crash *crash)
{
	uint64_t ids[LIMIT_FILES_PER_CRASH + 1] = { crash->identity.high };
	size_t count = 1;

	for (size_t i = 0; i < crash->file_count; i++) {
		const uint64_t id = identity_of(&crash->files[i].crash).high;
		bool is_there = false;

		for (size_t n = 0; n < count; n++)
			is_there |= ids[n] == id;
		if (!is_there)
			ids[count++] = id;
	}
	pack_varint(out, count);
	for (size_t i = 0; i < count; i++)
		pack_u64(out, ids[i]);
}

static void put_links(struct pack *out, const struct store_crash *crash)
{
	uint64_t keys[LIMIT_FILES_PER_CRASH * IDENTITY_KEYS];
	size_t count = 0;

	for (size_t i = 0; i < crash->file_count; i++)
		count += identity_keys(&crash->files[i].crash, keys + count);
	pack_varint(out, count);
	for (size_t i = 0; i < count; i++)
		pack_u64(out, keys[i]);
}

/* Crashes with the same modules have the same hash, and few others do. */
static uint64_t hash_modules(const struct crashrow *row, struct arena *arena)
{
	struct pack out = pack_into(arena);
	struct bytes all;
	uint64_t hash;

	if (row->crash.crash.module_count == 0)
		return 0;
	for (const struct field *field = field_table; field->name; field++)
		if (field->index == FIELD_MODULES)
			put_field(&out, row, field);
	all = pack_done(&out);
	hash = hash_64(all.next, bytes_left(&all));
	return hash ? hash : 1;
}

static struct bytes encode_records(const struct store_crash *crash,
				   struct arena *arena)
{
	struct pack out = pack_into(arena);

	pack_varint(&out, crash->file_count);
	for (size_t i = 0; i < crash->file_count; i++) {
		const struct bytes record =
			record_encode(&crash->files[i], arena);

		pack_varint(&out, bytes_left(&record));
		pack_bytes(&out, record.next, bytes_left(&record));
	}
	return pack_done(&out);
}

static void put_contents(struct pack *out, const struct store_crash *crash)
{
	pack_varint(out, crash->file_count);
	for (size_t i = 0; i < crash->file_count; i++)
		pack_u64(out, crash->files[i].crash.image.content.high);
}

bool crashrow_has_given(const struct crashrow *row)
{
	for (size_t i = 0; i < CRASHROW_FIELDS; i++)
		if (row->given[i])
			return true;
	return false;
}

struct crashrow_bytes crashrow_encode(const struct crashrow *row,
				      struct arena *arena)
{
	const struct bytes records = encode_records(&row->crash, arena);
	struct crashrow_bytes ret = {
		.records_hash = hash_64(records.next, bytes_left(&records))
	};
	struct pack out = pack_into(arena);
	char id[IDENTITY_TEXT_BYTES];

	identity_text(row->crash.identity, id);
	put_string(&out, id);
	put_ids(&out, &row->crash);
	put_links(&out, &row->crash);
	put_contents(&out, &row->crash);
	pack_u64(&out, tables_fields());
	pack_u64(&out, ret.records_hash);
	pack_u64(&out, hash_modules(row, arena));
	pack_u8(&out, (uint8_t)row->crash.file_count);
	pack_bytes(&out, records.next, bytes_left(&records));
	for (const struct field *field = field_table; field->name; field++)
		put_field(&out, row, field);
	ret.rest = pack_done(&out);
	ret.content = hash_128(ret.rest.next, bytes_left(&ret.rest));
	return ret;
}

struct crashrow_bytes crashrow_encode_gone(struct hash128 identity,
					   struct arena *arena)
{
	struct pack out = pack_into(arena);
	char id[IDENTITY_TEXT_BYTES];

	identity_text(identity, id);
	put_string(&out, id);
	pack_varint(&out, 0);
	pack_varint(&out, 0);
	pack_varint(&out, 0);
	pack_u64(&out, tables_fields());
	pack_u64(&out, 0);
	pack_u64(&out, 0);
	pack_u8(&out, 0);
	pack_varint(&out, 0);
	for (const struct field *field = field_table; field->name; field++) {
		const bool is_number =
			!tables_is_array(field) && field->type != FIELD_TEXT;

		/* NULL; or no items, or no bytes */
		pack_u8(&out, is_number);
	}
	return (struct crashrow_bytes){ .rest = pack_done(&out) };
}

void crashrow_put(struct pack *out, struct hash128 id, uint64_t version,
		  const struct crashrow_bytes *bytes)
{
	pack_u64(out, id.high);
	pack_u64(out, id.low);
	pack_u64(out, version);
	pack_u64(out, bytes->content.high);
	pack_u64(out, bytes->content.low);
	pack_bytes(out, bytes->rest.next, bytes_left(&bytes->rest));
}

struct hash128 crashrow_take_id(struct bytes *in)
{
	struct hash128 id;

	id.high = bytes_u64(in);
	id.low = bytes_u64(in);
	return id;
}

struct bytes crashrow_take_string(struct bytes *in)
{
	const uint64_t size = pack_take_varint(in);
	const struct bytes string =
		bytes_part(bytes_of(in->next, bytes_left(in)), 0, size);

	bytes_skip(in, size);
	return in->failed ? bytes_absent() : string;
}

const char *crashrow_take_text(struct bytes *in, struct arena *arena)
{
	struct bytes string = crashrow_take_string(in);
	const size_t size = bytes_left(&string);
	char *text = arena_take(arena, size + 1, 1);

	bytes_copy(&string, text, size);
	return text;
}

bool crashrow_take_nullable(struct bytes *in, uint64_t *ret)
{
	const bool is_null = bytes_u8(in) != 0;

	*ret = is_null ? 0 : bytes_u64(in);
	return !is_null && !in->failed;
}

enum status crashrow_take_records(struct bytes *in, struct arena *arena,
				  struct store_crash *ret, struct error *err)
{
	const size_t count = pack_take_count(in, LIMIT_FILES_PER_CRASH);
	struct record_file *files =
		arena_take(arena, count + 1, sizeof(*files));

	for (size_t i = 0; i < count; i++)
		if (record_decode(crashrow_take_string(in), arena, &files[i],
				  err))
			return error_within(err, "clickhouse");
	if (in->failed || !count)
		return error_set(err, STATUS_STORE,
				 "clickhouse: a crash without its records");
	store_crash_of_files(files, count, arena, ret);
	return STATUS_OK;
}
