#include "query/group.h"

#include <stdlib.h>
#include <string.h>

#include "query/choose.h"
#include "query/count.h"
#include "query/counters.h"
#include "query/factor.h"
#include "query/intern.h"
#include "query/lists.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

enum {
	/* Up to here records are read rather than posting lists joined. */
	FEW_ROWS = 2048,
};

int group_compare(const void *a, const void *b)
{
	const struct group_row *x = a;
	const struct group_row *y = b;

	if (x->crashes != y->crashes)
		return x->crashes > y->crashes ? -1 : 1;
	if (x->value.text && y->value.text)
		return strcmp(x->value.text, y->value.text);
	return (x->value.number > y->value.number) -
	       (x->value.number < y->value.number);
}

/* One grouping on its way. */
struct job {
	struct store *store;
	const struct field *field;
	const struct field *machine;
	const struct plan *plan;
	uint64_t min;
	size_t first; /* rows that are wanted; 0: all */
	struct arena *arena;
	struct count *count;
	struct intern *values; /* where keys are no terms of the store */
	uint32_t machine_count;
	size_t chosen; /* keys */
	struct group group;
	struct error *err;
	enum status status;
};

static void take_row(struct job *job, uint32_t key, struct field_value value)
{
	struct group_row *row = &job->group.rows[job->group.count++];

	row->value = value;
	row->crashes = count_crashes(job->count, key);
	/* A machine is one machine. */
	row->machines = job->field == job->machine
				? 1
				: count_machines(job->count, key);
}

/* What fell under min, or is behind the first; and room for what is not. */
static void choose(struct job *job, uint64_t without_value)
{
	const uint64_t least = count_least(job->count, job->first);

	job->chosen =
		count_choose(job->count, job->min > least ? job->min : least,
			     job->machine_count);
	job->group.rows = arena_take(job->arena, job->chosen + 1,
				     sizeof(*job->group.rows));
	for (uint32_t key = 1; key < count_keys(job->count); key++) {
		const uint64_t crashes = count_crashes(job->count, key);

		if (crashes && crashes < job->min) {
			job->group.cut_rows++;
			job->group.cut_crashes += crashes;
		} else if (crashes < least) {
			job->group.more += crashes != 0;
		}
	}
	job->group.with_value = job->plan->matched - without_value;
}

/* One chunk of two columns; absent ones are all zero. */
struct chunk {
	const uint32_t *keys;
	const uint32_t *machines;
	const uint64_t *bits;
	size_t rows;
};

struct chunks {
	uint32_t *keys;	    /* where they had to be made */
	uint32_t *no_terms; /* zeroes */
	uint32_t next;
};

static uint32_t key_of(struct job *job, uint64_t number)
{
	const struct field_value value = { .number = number };

	return number == STORE_NO_NUMBER
		       ? 0
		       : intern_number(job->values,
				       group_value(job->field, value));
}

static void make_keys(struct job *job, const struct store_column *column,
		      const uint64_t *bits, struct chunks *chunks)
{
	for (size_t i = 0; i < column->count; i++)
		if (count_bit(bits, i))
			chunks->keys[i] = key_of(job, column->numbers[i]);
}

/* The rows of the next chunk that has any of the plan's. */
static bool next_rows(const struct plan *plan, struct chunks *chunks,
		      struct chunk *ret)
{
	for (; chunks->next < plan_chunks(plan); chunks->next++) {
		if (!plan_has_any(plan, chunks->next))
			continue;
		*ret = (struct chunk){
			.keys = chunks->no_terms,
			.machines = chunks->no_terms,
		};
		ret->bits = plan_chunk(plan, chunks->next, &ret->rows);
		return true;
	}
	return false;
}

static bool next_chunk(struct job *job, struct chunks *chunks,
		       bool with_machines, struct chunk *ret)
{
	struct store_column column;

	if (!next_rows(job->plan, chunks, ret))
		return false;
	if (store_column_pick(job->store, job->field, chunks->next, ret->bits,
			      &column)) {
		if (column.count < ret->rows)
			ret->rows = column.count;
		if (job->values)
			make_keys(job, &column, ret->bits, chunks);
		ret->keys = job->values ? chunks->keys : column.terms;
	}
	if (with_machines && job->machine &&
	    store_column_pick(job->store, job->machine, chunks->next, ret->bits,
			      &column) &&
	    column.count >= ret->rows)
		ret->machines = column.terms;
	chunks->next++;
	return true;
}

static void chunks_init(struct chunks *chunks, struct arena *arena)
{
	*chunks = (struct chunks){
		.keys = arena_take(arena, STORE_CHUNK_ROWS, sizeof(uint32_t)),
		.no_terms =
			arena_take(arena, STORE_CHUNK_ROWS, sizeof(uint32_t)),
	};
}

static uint32_t machine_bound(struct store *store, const struct field *machine)
{
	return machine ? store_column_last_term(store, machine) + 1 : 1;
}

static bool take_chosen(void *closure, const struct store_term *term)
{
	struct job *job = closure;
	struct field_value value = term->value;

	if (!count_chosen(job->count, term->term))
		return true;
	if (value.text)
		value.text = text_copy(job->arena, value.text);
	take_row(job, term->term, value);
	return true;
}

/* The values of the keys that were chosen: of few, one by one. */
static void take_values(struct job *job)
{
	const size_t keys = count_keys(job->count);
	struct store_term term;

	if (!job->values && job->chosen > keys / 8) {
		job->status = store_walk_numbers(job->store, job->field, 1,
						 take_chosen, job, job->err);
		return;
	}
	for (uint32_t key = 1; key < keys; key++) {
		if (!count_chosen(job->count, key))
			continue;
		if (job->values)
			take_row(job, key, intern_value(job->values, key));
		else if (store_term_value(job->store, job->field, key,
					  job->arena, &term))
			take_row(job, key, term.value);
	}
}

static void group_column(struct job *job)
{
	struct chunks chunks;
	struct chunk chunk;

	if (job->field != job->machine)
		job->machine_count = machine_bound(job->store, job->machine);
	chunks_init(&chunks, job->arena);
	while (next_chunk(job, &chunks, false, &chunk))
		count_rows(job->count, chunk.keys, chunk.bits, chunk.rows);
	choose(job, count_crashes(job->count, 0));
	chunks.next = 0;
	while (job->field != job->machine &&
	       next_chunk(job, &chunks, true, &chunk))
		count_row_machines(job->count, chunk.keys, chunk.machines,
				   chunk.bits, chunk.rows);
	count_finish(job->count);
	take_values(job);
}

/* A crash's keys and machine, noted for the second pass. */
struct pair {
	uint32_t key;
	uint32_t machine;
};

struct records {
	struct job *job;
	struct intern *machines;
	struct arena arena;
	struct pair *pairs;
	size_t count;
	size_t room;
	size_t first; /* pair of the crash at hand */
	uint32_t at_machine;
	uint64_t without_value;
};

static void take_value(void *closure, struct field_value value)
{
	struct records *records = closure;
	struct job *job = records->job;
	const uint32_t key =
		intern_number(job->values, group_value(job->field, value));

	for (size_t i = records->first; i < records->count; i++) {
		if (records->pairs[i].key == key)
			return; /* a crash counts once a value */
	}
	if (records->count == records->room) {
		records->room = records->room * 2 + 1024;
		records->pairs =
			must(realloc(records->pairs,
				     records->room * sizeof(*records->pairs)));
	}
	records->pairs[records->count++] =
		(struct pair){ key, records->at_machine };
	count_add(job->count, key, 1);
}

static bool take_record(void *closure, uint32_t row)
{
	struct records *records = closure;
	struct job *job = records->job;
	struct store_crash crash;

	arena_reset(&records->arena);
	job->status = store_crash_read(job->store, row, &records->arena, &crash,
				       job->err);
	if (job->status)
		return false;

	const struct field_value machine = {
		.number = crash.crash.machine.id.value
	};

	records->at_machine =
		crash.crash.machine.id.known
			? intern_number(records->machines, machine)
			: 0;
	records->first = records->count;
	choose_values(job->field, &crash, take_value, records);
	records->without_value += records->first == records->count;
	return true;
}

static void group_records(struct job *job)
{
	struct records records = { .job = job, .machines = intern_create() };

	arena_init(&records.arena);
	plan_walk(job->plan, take_record, &records);
	job->machine_count = (uint32_t)intern_count(records.machines) + 1;
	choose(job, records.without_value);
	for (size_t i = 0; i < records.count; i++)
		count_machine(job->count, records.pairs[i].key,
			      records.pairs[i].machine);
	count_finish(job->count);
	for (uint32_t key = 1; key < count_keys(job->count); key++) {
		struct field_value value;

		if (!count_chosen(job->count, key))
			continue;
		value = intern_value(job->values, key);
		if (value.text)
			value.text = text_copy(job->arena, value.text);
		take_row(job, key, value);
	}
	free(records.pairs);
	arena_deinit(&records.arena);
	intern_destroy(records.machines);
}

/* Posting lists: one term after the other against the plan's rows. */
struct postings {
	struct job *job;
	struct plan any;    /* rows that have a value */
	uint32_t *machines; /* by row */
	uint32_t *met;	    /* by machine: the last term it was met under */
	uint32_t at;
	struct group_row row;
	size_t room;
};

static bool take_posting(void *closure, uint32_t row)
{
	struct postings *postings = closure;

	if (row >= postings->job->plan->row_count)
		return false;
	plan_add(&postings->any, row);
	if (!count_bit(postings->job->plan->bits, row))
		return true;
	postings->row.crashes++;

	const uint32_t machine = postings->machines[row];

	postings->row.machines +=
		machine && postings->met[machine] != postings->at;
	postings->met[machine] = postings->at;
	return true;
}

/* Unless it has fewer than min crashes; room grows with the rows. */
static void keep_row(struct job *job, size_t *room, struct group_row row)
{
	struct group *group = &job->group;

	if (row.crashes < job->min) {
		group->cut_rows += row.crashes != 0;
		group->cut_crashes += row.crashes;
		return;
	}
	if (group->count == *room) {
		struct group_row *old = group->rows;

		*room = *room * 4 + 64;
		group->rows =
			arena_take(job->arena, *room, sizeof(*group->rows));
		if (group->count)
			memcpy(group->rows, old,
			       group->count * sizeof(*group->rows));
	}
	if (row.value.text)
		row.value.text = text_copy(job->arena, row.value.text);
	group->rows[group->count++] = row;
}

static bool take_term(void *closure, const struct store_term *term)
{
	struct postings *postings = closure;
	struct job *job = postings->job;

	if (term->crashes == 0)
		return true;

	struct store_rows *rows = store_rows_create();

	job->status = store_posting_read(job->store, job->field, term->term,
					 rows, job->err);
	if (!job->status) {
		postings->at++;
		postings->row = (struct group_row){ .crashes = 0 };
		store_rows_walk(rows, take_posting, postings);
		postings->row.value = term->value;
		keep_row(job, &postings->room, postings->row);
	}
	store_rows_destroy(rows);
	return job->status == STATUS_OK;
}

static void group_postings(struct job *job)
{
	job->machine_count = machine_bound(job->store, job->machine);

	struct postings postings = {
		.job = job,
		.any = plan_none(job->store),
		.machines = factor_terms(job->store, "machine"),
		.met = arena_take(job->arena, job->machine_count + 1,
				  sizeof(*postings.met)),
	};

	const enum status walked = store_walk_terms(
		job->store, job->field, take_term, &postings, job->err);

	if (walked)
		job->status = walked;
	plan_keep(&postings.any, job->plan);
	job->group.with_value = postings.any.matched;
	plan_deinit(&postings.any);
	free(postings.machines);
}

/* Modules by the lists they are in. */
struct modules {
	struct job *job;
	struct lists *lists;
	size_t room;
};

static bool take_module(void *closure, const struct store_term *term)
{
	struct modules *modules = closure;
	struct job *job = modules->job;
	struct group_row row = { .value = term->value };

	job->status = lists_count(modules->lists, job->field, term->term,
				  &row.crashes, &row.machines, job->err);
	if (!job->status)
		keep_row(job, &modules->room, row);
	return job->status == STATUS_OK;
}

static void group_modules(struct job *job)
{
	struct modules modules = { .job = job };
	uint32_t *machines = factor_terms(job->store, "machine");

	job->machine_count = machine_bound(job->store, job->machine);
	modules.lists = lists_create(job->store, job->plan, machines,
				     job->machine_count);

	const enum status walked = store_walk_terms(
		job->store, job->field, take_module, &modules, job->err);

	if (walked)
		job->status = walked;
	job->group.with_value = lists_crashes(modules.lists);
	lists_destroy(modules.lists);
	free(machines);
}

/* The store keeps these counters: no row is looked at. */
static bool is_counted(const struct job *job)
{
	return job->plan->matched == job->plan->row_count &&
	       counters_are_kept(job->field);
}

struct dictionary {
	struct job *job;
	uint64_t crashes;
	size_t room;
};

static bool take_counters(void *closure, const struct store_term *term)
{
	struct dictionary *dictionary = closure;
	struct job *job = dictionary->job;
	const struct group_row row = { .value = term->value,
				       .crashes = term->crashes,
				       .machines = term->machines };

	dictionary->crashes += term->crashes;
	keep_row(job, &dictionary->room, row);
	return true;
}

static void group_counters(struct job *job)
{
	struct dictionary dictionary = { .job = job };
	struct counters all;

	job->status = counters_walk(job->store, job->field, job->min,
				    take_counters, &dictionary, &all, job->err);
	if (job->status)
		return;
	job->group.cut_rows = all.values - job->group.count;
	job->group.cut_crashes = all.crashes - dictionary.crashes;
	job->group.with_value =
		counters_with_value(job->store, job->field, all.crashes);
}

static void group_any(struct job *job)
{
	const bool few = job->plan->matched <= FEW_ROWS;

	if (is_counted(job)) {
		group_counters(job);
		return;
	}

	switch (job->field->index) {
	case FIELD_RAW:
		job->values = intern_create();
		group_column(job);
		return;
	case FIELD_COLUMN:
		group_column(job);
		return;
	case FIELD_MODULES:
		if (!few) {
			group_modules(job);
			return;
		}
		break;
	case FIELD_POSTINGS:
		if (!few) {
			group_postings(job);
			return;
		}
		break;
	case FIELD_NONE:
		break;
	}
	job->values = intern_create();
	group_records(job);
}

static bool is_sorted(const struct group *group)
{
	for (size_t i = 1; i < group->count; i++)
		if (group_compare(&group->rows[i - 1], &group->rows[i]) > 0)
			return false;
	return true;
}

enum status group_make(struct store *store, const struct field *field,
		       const struct plan *plan, uint64_t min, size_t first,
		       struct arena *arena, struct group *ret,
		       struct error *err)
{
	const struct field *machine = field_find("machine");
	struct job job = { .store = store,
			   .field = field,
			   .plan = plan,
			   .min = min ? min : 1,
			   .first = first,
			   .arena = arena,
			   .err = err };

	if (machine && machine->index == FIELD_COLUMN)
		job.machine = machine;
	job.count = count_create();
	group_any(&job);
	count_destroy(job.count);
	if (!job.status) {
		if (!is_sorted(&job.group))
			qsort(job.group.rows, job.group.count,
			      sizeof(*job.group.rows), group_compare);
		*ret = job.group;
	}
	intern_destroy(job.values);
	return job.status;
}
