#include "query/cell.h"

#include <inttypes.h>

#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/crash_json.h"
#include "signatures/identity.h"

const char *cell_time(struct arena *arena, const struct crash *crash)
{
	char time[TEXT_TIME_BYTES];

	return crash->time.known
		       ? text_copy(arena, text_time(crash->time.value, time))
		       : NULL;
}

const char *cell_bugcheck(struct arena *arena, const struct crash *crash)
{
	return crash->bugcheck.code.known
		       ? text_printf(arena, "0x%" PRIx64,
				     crash->bugcheck.code.value)
		       : NULL;
}

const char *cell_bugcheck_name(struct arena *arena, const struct crash *crash)
{
	if (!crash->bugcheck.code.known)
		return NULL;

	const uint64_t code = crash->bugcheck.code.value;
	const char *name = value_bugcheck_name(code);

	return text_printf(arena, "%" PRIX64 "%s%s", code, name ? " " : "",
			   name ? name : "");
}

const char *cell_fault(struct arena *arena, const struct crash *crash)
{
	const struct crash_fault *fault = &crash->fault;

	if (!fault->module)
		return NULL;
	if (!fault->offset.known)
		return fault->module;
	return text_printf(arena, "%s+0x%" PRIx64, fault->module,
			   fault->offset.value);
}

const char *cell_source(const struct store_crash *crash)
{
	return crash->file_count ? crash->files[0].source : NULL;
}

const char *cell_column(struct store *store, const char *field, uint32_t row,
			struct arena *arena)
{
	const struct field *found = field_find(field);
	const size_t at = row % STORE_CHUNK_ROWS;
	uint64_t only[STORE_CHUNK_ROWS / 64] = { 0 };
	struct store_column column;
	struct store_term term;

	only[at / 64] = UINT64_C(1) << at % 64;
	if (!found || found->index != FIELD_COLUMN ||
	    !store_column_pick(store, found, row / STORE_CHUNK_ROWS, only,
			       &column) ||
	    at >= column.count || column.terms[at] == 0 ||
	    !store_term_value(store, found, column.terms[at], arena, &term))
		return NULL;
	return value_text(arena, found, term.value);
}

static struct json *file_json(const struct record_file *file)
{
	struct json *object = json_new_object();
	const struct crash_image *image = &file->crash.image;
	char content[33];
	char time[TEXT_TIME_BYTES];

	hash_128_text(image->content, content);
	json_set(object, "source", json_new_text(file->source));
	json_set(object, "ingested",
		 json_new_text(text_time(file->ingested, time)));
	json_set(object, "bytes", json_new_integer((int64_t)image->bytes));
	json_set(object, "xxh3", json_new_text(content));
	json_set(object, "kind", json_new_text(crash_kind_name(image->kind)));
	json_set(object, "complete", json_new_bool(image->complete));
	return object;
}

struct json *cell_json_of(const struct store_crash *crash, const char *cluster)
{
	struct json *object = crash_json(&crash->crash, cell_source(crash));
	struct json *files = json_new_array();
	char id[IDENTITY_TEXT_BYTES];

	identity_text(crash->identity, id);
	json_set(object, "id", json_new_text(id));
	json_set(object, "cluster", json_new_text(cluster));
	for (size_t i = 0; i < crash->file_count; i++)
		json_append(files, file_json(&crash->files[i]));
	json_set(object, "files", files);
	return object;
}

struct json *cell_json(struct store *store, uint32_t row,
		       const struct store_crash *crash, struct arena *arena)
{
	return cell_json_of(crash, cell_column(store, "cluster", row, arena));
}
