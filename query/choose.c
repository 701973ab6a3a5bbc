#include "query/choose.h"

#include <stdio.h>
#include <string.h>

#include "query/match.h"
#include "query/push_rows.h"
#include "query/source.h"

/* Does a crash have a value that the test accepts? */
struct asked {
	const struct where_test *test;
	bool any;
	bool yes;
};

static void ask(void *closure, struct field_value value)
{
	struct asked *asked = closure;

	asked->any = true;
	asked->yes |= where_accepts(asked->test, value);
}

void choose_values(const struct field *field, const struct store_crash *crash,
		   field_take *take, void *closure)
{
	if (strcmp(field->name, "source") == 0) {
		for (size_t i = 0; i < crash->file_count; i++) {
			const struct field_value value = {
				.text = crash->files[i].source
			};

			take(closure, value);
		}
		return;
	}
	if (strcmp(field->name, "ingested") == 0) {
		const struct field_value value = { .number = crash->ingested };

		take(closure, value);
		return;
	}
	if (field->values)
		field_values(field, &crash->crash, take, closure);
}

struct record_test {
	struct store *store;
	const struct where_test *test;
	struct source_folders *folders; /* if it is one of sources */
	struct plan *plan;
	struct arena arena;
	struct error *err;
	enum status status;
};

static void settle_row(struct record_test *job, uint32_t row, bool accepted)
{
	if (accepted == job->test->negated)
		plan_take_out(job->plan, row);
}

/* Is it clear from where the crash was read? */
static bool judge_folder(struct record_test *job, uint32_t row)
{
	const enum source_verdict verdict =
		job->folders ? source_of_row(job->folders, row) : SOURCE_SOME;

	if (verdict == SOURCE_SOME)
		return false;
	settle_row(job, row, verdict == SOURCE_ALL);
	return true;
}

static bool test_record(void *closure, uint32_t row)
{
	struct record_test *job = closure;
	struct asked asked = { .test = job->test };
	struct store_crash crash;

	if (judge_folder(job, row))
		return true;
	arena_reset(&job->arena);
	job->status = store_crash_read(job->store, row, &job->arena, &crash,
				       job->err);
	if (job->status)
		return false;
	choose_values(job->test->field, &crash, ask, &asked);
	if (!asked.any)
		asked.yes = where_accepts_absent(job->test);
	settle_row(job, row, asked.yes);
	return true;
}

static bool add_row(void *closure, uint32_t row)
{
	plan_add(closure, row);
	return true;
}

/* A source given in full has an index of its own. */
static bool find_sources(struct store *store, const struct where_test *test,
			 struct plan *plan)
{
	if (strcmp(test->field->name, "source") != 0 || test->negated)
		return false;
	for (size_t i = 0; i < test->count; i++) {
		if (test->values[i].form != WHERE_EXACT)
			return false;
	}

	struct plan found = plan_none(store);

	for (size_t i = 0; i < test->count; i++)
		store_find_source(store, test->values[i].text, add_row, &found);
	plan_keep(plan, &found);
	plan_deinit(&found);
	return true;
}

static enum status test_records(struct store *store,
				const struct where_test *test,
				struct plan *plan, struct error *err)
{
	struct record_test job = {
		.store = store, .test = test, .plan = plan, .err = err
	};

	struct source_folders folders;

	if (find_sources(store, test, plan))
		return STATUS_OK;
	folders = source_folders(store, test);
	if (strcmp(test->field->name, "source") == 0)
		job.folders = &folders;
	arena_init(&job.arena);
	plan_walk(plan, test_record, &job);
	arena_deinit(&job.arena);
	source_folders_deinit(&folders);
	return job.status;
}

/* What is not of a stage that has all its tests at once. */
static enum status apply(struct store *store, const struct where_test *test,
			 struct plan *plan, struct error *err)
{
	if (test->field->index == FIELD_POSTINGS)
		return match_postings(store, test, plan, err);
	if (test->field->index == FIELD_NONE)
		return test_records(store, test, plan, err);
	match_numbers(store, test, plan);
	return STATUS_OK;
}

/*
 * By what each kind of index costs a row.  Times first: crashes come in more or
 * less by time, so that most chunks are passed over unread.  Then numbers that
 * hardly a row has: of what is left the other columns are not read.  Of modules
 * a column is read, which is wider than most and has less to tell: most crashes
 * have most of them.
 */
enum stage {
	STAGE_TIMES,
	STAGE_RARE,
	STAGE_COLUMNS,
	STAGE_MODULES,
	STAGE_NUMBERS,
	STAGE_POSTINGS,
	STAGE_RECORDS,
	STAGES
};

static enum stage stage_of(const struct field *field)
{
	static const enum stage stages[] = {
		[FIELD_COLUMN] = STAGE_COLUMNS,
		[FIELD_MODULES] = STAGE_MODULES,
		[FIELD_RAW] = STAGE_NUMBERS,
		[FIELD_POSTINGS] = STAGE_POSTINGS,
		[FIELD_NONE] = STAGE_RECORDS,
	};

	return field->type == FIELD_TIME && field->index == FIELD_RAW
		       ? STAGE_TIMES
		       : stages[field->index];
}

static bool is_of_stage(struct store *store, const struct where_test *test,
			enum stage stage)
{
	const enum stage own = stage_of(test->field);

	/* What takes a look at the store comes last. */
	if (stage == STAGE_RARE ? own != STAGE_NUMBERS : own != stage)
		return false;
	if (push_can(store, test) || match_is_listed(store, test))
		return false;
	return own != STAGE_NUMBERS ||
	       match_is_rare(store, test) == (stage == STAGE_RARE);
}

static enum status apply_stage(struct store *store, const struct where *where,
			       enum stage stage, struct plan *plan,
			       struct error *err)
{
	enum status status = STATUS_OK;

	if (stage == STAGE_COLUMNS)
		return match_columns(store, where, plan, err);
	if (stage == STAGE_MODULES)
		return match_modules(store, where, plan, err);
	for (size_t i = 0; i < where->count && !status; i++) {
		const struct where_test *test = &where->tests[i];

		if (is_of_stage(store, test, stage))
			status = apply(store, test, plan, err);
	}
	return status;
}

/* Posting lists are read only where there are crashes of the time. */
static void apply_times(struct store *store, const struct where *where,
			struct plan *plan)
{
	for (size_t i = 0; i < where->count; i++) {
		const struct where_test *test = &where->tests[i];

		if (stage_of(test->field) == STAGE_TIMES &&
		    !push_can(store, test))
			match_heads(store, test, plan);
	}
}

enum status choose_rows(struct store *store, const struct where *where,
			struct plan *ret, struct error *err)
{
	struct plan plan = plan_all(store);

	apply_times(store, where, &plan);
	if (match_listed(store, where, &plan, err) ||
	    push_rows(store, where, &plan, err)) {
		plan_deinit(&plan);
		return err->status;
	}
	for (enum stage stage = 0; stage < STAGES; stage++)
		if (apply_stage(store, where, stage, &plan, err)) {
			plan_deinit(&plan);
			return err->status;
		}
	if (where->count)
		plan_count(&plan);
	*ret = plan;
	return STATUS_OK;
}

static enum status of_word(struct store *store, const char *word,
			   struct plan *ret, struct error *err)
{
	struct arena arena;
	struct where where;
	enum status status;

	arena_init(&arena);
	status = where_parse(&word, 1, &arena, &where, err);
	if (!status)
		status = choose_rows(store, &where, ret, err);
	arena_deinit(&arena);
	return status;
}

/* Mostly there are none, and the dictionary knows without a scan. */
static enum status of_term(struct store *store, const char *field,
			   const char *value, struct plan *ret,
			   struct error *err)
{
	const struct field_value wanted = { .text = value };
	struct store_term term;
	char word[64];

	if (!store_find_term(store, field_find(field), wanted, &term) ||
	    term.crashes == 0) {
		*ret = (struct plan){ .row_count = store_row_count(store) };
		return STATUS_OK;
	}
	snprintf(word, sizeof(word), "%s=%s", field, value);
	return of_word(store, word, ret, err);
}

enum status choose_snapshots(struct store *store, struct plan *live,
			     struct plan *tool_made, struct error *err)
{
	struct plan first;

	if (of_term(store, "kind", crash_kind_name(CRASH_KERNEL_LIVE), &first,
		    err))
		return err->status;
	if (of_term(store, "flag", "tool-made", tool_made, err)) {
		plan_deinit(&first);
		return err->status;
	}
	if (first.matched && tool_made->matched)
		plan_leave_out(tool_made, &first);
	*live = first;
	return STATUS_OK;
}
