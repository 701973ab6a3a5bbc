#include "signatures/store/index.h"

#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/identity.h"
#include "signatures/store/column.h"
#include "signatures/store/hashes.h"
#include "signatures/store/memo.h"
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
	/* Of fields that follow from a part: what will be kept in mind. */
	struct memo_term met[VALUES_MOST];
	size_t met_count;
};

static struct term *term_of(struct work *work, struct field_value value)
{
	uint8_t number[8];

	return term_take(work->store, work->field->number,
			 term_bytes(work->field, value, number));
}

/* What is asked of the table of fields for every term of every row. */
static struct known {
	const struct field *bugcheck, *machine;
	bool is_on_lists[SCHEMA_FIELDS];
} known;

static void get_to_know(void)
{
	for (const struct field *field = field_table; field->name; field++)
		known.is_on_lists[field->number] =
			field->index != FIELD_COLUMN || field_is_listed(field);
	known.bugcheck = field_find("bugcheck");
	known.machine = field_find("machine");
}

/* One term of the row goes into the index. */
static void put_term(struct work *work, const struct field *field,
		     const struct term *term)
{
	if (!known.machine)
		get_to_know();
	if (field == known.bugcheck)
		work->bugcheck = term->number;
	if (field == known.machine)
		work->machine = term->number;
	if (known.is_on_lists[field->number])
		pending_posting(work->store, field->number, term->number,
				work->number, work->delta);
	if (field->index == FIELD_COLUMN)
		pending_column(work->store, field, work->number,
			       work->delta > 0 ? term->number
					       : column_none(field));
}

static void meet(struct work *work, struct term *term)
{
	if (work->met_count < VALUES_MOST)
		work->met[work->met_count] =
			(struct memo_term){ work->field, term };
	work->met_count++;
}

static void take_column(void *closure, struct field_value value)
{
	struct work *work = closure;
	struct term *term;

	if (work->count++)
		return;
	term = term_of(work, value);
	term_count(work->store, term, work->delta, 0);
	put_term(work, work->field, term);
	meet(work, term);
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
	put_term(work, work->field, term);
	if (work->field->index == FIELD_POSTINGS) {
		term_count(work->store, term, work->delta, 0);
		meet(work, term);
	}
}

static void index_field(struct work *work, const struct field *field,
			const struct row *row)
{
	work->field = field;
	work->count = 0;
	if (field->index == FIELD_COLUMN)
		field_values(field, &row->crash, take_column, work);
	else if (field->index == FIELD_RAW)
		field_values(field, &row->crash, take_raw, work);
	else if (field->index == FIELD_POSTINGS)
		field_values(field, &row->crash, take_posting, work);
}

/* Fields that follow from a part of the row, by what is known of the part. */
static void index_part(struct work *work, enum schema_part kind, uint32_t id,
		       const struct row *row)
{
	/* Of several files none alone says what the row has. */
	const bool is_one = row->count == 1 && id;
	struct memo *memo = is_one ? memo_find(work->store, kind, id) : NULL;

	if (memo) {
		memo->rows += work->delta;
		for (size_t i = 0; i < memo->count; i++)
			put_term(work, memo->terms[i].field,
				 memo->terms[i].term);
		return;
	}
	work->met_count = 0;
	for (const struct field *field = field_table; field->name; field++)
		if (memo_is_of(kind, field))
			index_field(work, field, row);
	if (is_one && work->met_count <= VALUES_MOST)
		memo_keep(work->store, kind, id, work->met, work->met_count);
}

static void index_fields(struct work *work, const struct row *row)
{
	index_part(work, SCHEMA_MACHINE, row->files[0].machine, row);
	index_part(work, SCHEMA_STACK, row->files[0].stack, row);
	for (const struct field *field = field_table; field->name; field++)
		if (!memo_is_of(SCHEMA_MACHINE, field) &&
		    !memo_is_of(SCHEMA_STACK, field))
			index_field(work, field, row);
	work->field = field_find("ingested");
	work->count = 0;
	take_raw(work, (struct field_value){ .number = row->ingested });
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

static void index_file(struct work *work, const struct record_file *file,
		       uint64_t identity)
{
	uint64_t keys[IDENTITY_KEYS];
	const size_t count = identity_keys(&file->crash, keys);
	const uint64_t own = identity_of(&file->crash).high;

	if (own != identity)
		pair(work, SCHEMA_FIND_IDENTITY, own);
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
		index_file(&work, &row->files[i].file, row->identity.high);
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
