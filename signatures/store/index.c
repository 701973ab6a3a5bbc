#include "signatures/store/index.h"

#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/identity.h"
#include "signatures/store/column.h"
#include "signatures/store/hashes.h"
#include "signatures/store/pending.h"
#include "signatures/store/term.h"

enum {
	VALUES_MOST = 8192 /* of one field of one crash: 2 LIMIT_MODULES */
};

struct work {
	struct store *store;
	const struct field *field;
	uint32_t number; /* row, or list part */
	int delta;
	uint32_t seen[VALUES_MOST]; /* terms; a posting has a row once */
	size_t count;
	uint32_t bugcheck, machine; /* terms, to be counted as a pair */
};

static struct term *term_of(struct work *work, struct field_value value)
{
	uint8_t number[8];

	return term_take(work->store, work->field->number,
			 term_bytes(work->field, value, number));
}

static void take_column(void *closure, struct field_value value)
{
	struct work *work = closure;
	struct term *term;

	if (work->count++)
		return;
	term = term_of(work, value);
	term_count(work->store, term, work->delta, 0);
	pending_column(work->store, work->field, work->number,
		       work->delta > 0 ? term->number
				       : column_none(work->field));
	work->seen[0] = term->number;
}

static void take_raw(void *closure, struct field_value value)
{
	struct work *work = closure;

	if (work->count++)
		return;
	pending_column(work->store, work->field, work->number,
		       work->delta > 0 ? value.number
				       : column_none(work->field));
}

static void take_posting(void *closure, struct field_value value)
{
	struct work *work = closure;
	struct term *term;

	if (work->count == VALUES_MOST)
		return;
	term = term_of(work, value);
	for (size_t i = 0; i < work->count; i++)
		if (work->seen[i] == term->number)
			return;
	work->seen[work->count++] = term->number;
	pending_posting(work->store, work->field->number, term->number,
			work->number, work->delta);
	if (work->field->index == FIELD_POSTINGS)
		term_count(work->store, term, work->delta, 0);
}

static void index_fields(struct work *work, const struct row *row)
{
	static const struct field *bugcheck, *machine, *ingested;

	if (!ingested) {
		bugcheck = field_find("bugcheck");
		machine = field_find("machine");
		ingested = field_find("ingested");
	}
	for (const struct field *field = field_table; field->name; field++) {
		work->field = field;
		work->count = 0;
		work->seen[0] = 0;
		if (field->index == FIELD_COLUMN)
			field_values(field, &row->crash, take_column, work);
		else if (field->index == FIELD_RAW)
			field_values(field, &row->crash, take_raw, work);
		else if (field->index == FIELD_POSTINGS)
			field_values(field, &row->crash, take_posting, work);
		if (field == bugcheck)
			work->bugcheck = work->seen[0];
		if (field == machine)
			work->machine = work->seen[0];
		if (field == ingested)
			take_raw(work, (struct field_value){
					       .number = row->ingested });
	}
	if (work->bugcheck && work->machine)
		pending_pair(work->store, work->bugcheck, work->machine,
			     work->delta);
}

static void pair(struct work *work, enum schema_find kind, uint64_t hash)
{
	if (work->delta > 0)
		hashes_add(work->store, (uint8_t)kind, hash, work->number);
	else
		hashes_remove(work->store, (uint8_t)kind, hash, work->number);
}

static void index_file(struct work *work, const struct record_file *file)
{
	uint64_t keys[IDENTITY_KEYS];
	const size_t count = identity_keys(&file->crash, keys);

	pair(work, SCHEMA_FIND_IDENTITY, identity_of(&file->crash).high);
	pair(work, SCHEMA_FIND_CONTENT, file->crash.image.content.high);
	pair(work, SCHEMA_FIND_SOURCE,
	     hash_64(file->source, strlen(file->source)));
	for (size_t i = 0; i < count; i++)
		pair(work, SCHEMA_FIND_LINK, keys[i]);
}

void index_row(struct store *store, uint32_t number, const struct row *row,
	       int delta)
{
	struct work work;

	work.store = store;
	work.number = number;
	work.delta = delta;
	work.bugcheck = work.machine = 0;
	index_fields(&work, row);
	if (row->list)
		pending_list(store, number, delta > 0 ? row->list : 0);
	pair(&work, SCHEMA_FIND_IDENTITY, row->identity.high);
	for (size_t i = 0; i < row->count; i++)
		index_file(&work, &row->files[i].file);
}

void index_list(struct store *store, uint32_t list, const struct crash *crash)
{
	struct work work;

	work.store = store;
	work.number = list;
	work.delta = 1;
	for (const struct field *field = field_table; field->name; field++) {
		if (field->index != FIELD_MODULES)
			continue;
		work.field = field;
		work.count = 0;
		field_values(field, crash, take_posting, &work);
	}
}
