/*
 * values - words that recur where memory was damaged, and whose they are.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/count.h"
#include "query/factor.h"
#include "query/recur.h"
#include "signatures/base/bits.h"
#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

static struct {
	uint64_t limit;
	bool all;
} options = { .limit = 20 };

static const struct cli_option table[] = {
	{ "all", 0, CLI_FLAG, &options.all, NULL,
	  "also words that recur by chance" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the first N rows only (20)" },
	ASKED_WITHOUT_SUSPECTS,
	CLI_END,
};

static const struct table_column columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_ALL },
	{ "value", "value", TABLE_WORD, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "machines", "machines", TABLE_COUNT, TABLE_ALL },
	{ "expected", "by chance", TABLE_REAL, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "sound", "in sound pool", TABLE_SHARE, TABLE_ALL },
	{ "q", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "usual", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "found", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "modules", "images with it (crashes)", TABLE_TEXT, TABLE_ALL },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0]),
	PLACES_MAX = 64,
	PLACES_SHOWN = 3,
};

/* Where images hold a word. */
struct place {
	const char *module;
	crash_build build;
	uint32_t offset;
	uint64_t crashes;
};

struct job {
	struct query *query;
	struct asked asked;
	struct arena passing; /* of one crash */
	uint32_t *units; /* by row: its machine, else a number of its own */
	uint32_t unit_count, known_count;
	uint64_t *seen; /* units with a word; bits */
	uint32_t *last; /* by unit: the last word it was counted for */
	struct recur_word *words;
	size_t count, room;
	size_t at; /* of the words: sound ones come in the same order */
	struct recur_units with;
	uint64_t unknown;
};

/* A crash that does not tell its machine counts as a machine. */
static void number_units(struct job *job)
{
	const struct plan *plan = &job->asked.plan;

	job->units = factor_terms(job->query->store, "machine");
	job->unit_count = factor_bound(job->units, plan->row_count);
	job->known_count = job->unit_count;
	for (uint32_t row = 0; row < plan->row_count; row++)
		if (count_bit(plan->bits, row) && !job->units[row])
			job->units[row] = job->unit_count++;
	job->last = room_cleared(job->unit_count, sizeof(*job->last));
	job->seen = room_cleared(job->unit_count / 64 + 1, sizeof(*job->seen));
}

/* Different units among rows; number is another for each call. */
static uint64_t count_units(struct job *job, uint32_t number,
			    const uint32_t *rows, size_t count)
{
	uint64_t units = 0;

	for (size_t i = 0; i < count; i++) {
		const uint32_t unit = job->units[rows[i]];

		units += job->last[unit] != number;
		job->last[unit] = number;
		job->seen[unit / 64] |= UINT64_C(1) << unit % 64;
	}
	return units;
}

static uint64_t take_seen(struct job *job)
{
	uint64_t units = 0;

	for (size_t i = 0; i <= job->unit_count / 64; i++) {
		units += bits_ones(job->seen[i]);
		job->seen[i] = 0;
	}
	memset(job->last, 0, job->unit_count * sizeof(*job->last));
	return units;
}

static void take_damaged(void *closure, const struct store_term *term,
			 const uint32_t *rows, size_t count)
{
	struct job *job = closure;

	if (job->count == job->room) {
		job->room = job->room * 2 + 256;
		job->words = must(
			realloc(job->words, job->room * sizeof(*job->words)));
	}
	job->words[job->count] = (struct recur_word){
		.word = term->value.number,
		.crashes = count,
		.units =
			count_units(job, (uint32_t)job->count + 1, rows, count),
	};
	job->count++;
}

static int by_word(const void *left, const void *right)
{
	const struct recur_word *a = left;
	const struct recur_word *b = right;

	return (a->word > b->word) - (a->word < b->word);
}

static void take_sound(void *closure, const struct store_term *term,
		       const uint32_t *rows, size_t count)
{
	struct job *job = closure;
	const struct recur_word key = { .word = term->value.number };
	struct recur_word *word =
		job->count ? bsearch(&key, job->words, job->count,
				     sizeof(*job->words), by_word)
			   : NULL;
	const uint64_t units =
		count_units(job, (uint32_t)++job->at, rows, count);

	if (word)
		word->sound = units;
}

static enum status read_words(struct job *job, struct error *err)
{
	struct query *query = job->query;
	const struct plan *plan = &job->asked.plan;

	number_units(job);
	if (factor_each(query->store, field_find("value"), plan, &query->arena,
			take_damaged, job, err))
		return err->status;
	for (uint32_t unit = job->known_count; unit < job->unit_count; unit++)
		job->unknown += count_bit(job->seen, unit);
	job->with.damaged = take_seen(job);
	if (job->count > 1)
		qsort(job->words, job->count, sizeof(*job->words), by_word);
	if (factor_each(query->store, field_find("soundvalue"), plan,
			&query->arena, take_sound, job, err))
		return err->status;
	job->with.sound = take_seen(job);
	return STATUS_OK;
}

static void note_place(struct job *job, struct place *places, size_t *count,
		       const struct crash_value *value)
{
	size_t i = 0;

	while (i < *count && (strcmp(places[i].module, value->module) != 0 ||
			      places[i].build != value->build ||
			      places[i].offset != value->offset))
		i++;
	if (i == PLACES_MAX)
		return;
	if (i == *count)
		places[(*count)++] = (struct place){
			.module = text_copy(&job->query->arena, value->module),
			.build = value->build,
			.offset = value->offset,
		};
	places[i].crashes++;
}

static int by_crashes(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;
	const int order = strcmp(a->module, b->module);

	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	if (order)
		return order;
	if (a->build != b->build)
		return a->build < b->build ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* Of one crash: where its images hold the word. */
static enum status look_at(struct job *job, uint32_t row, uint64_t word,
			   struct place *places, size_t *count,
			   struct error *err)
{
	struct store_crash crash;

	arena_reset(&job->passing);
	if (store_crash_read(job->query->store, row, &job->passing, &crash,
			     err))
		return err->status;
	for (size_t i = 0; i < crash.crash.value_count; i++) {
		const struct crash_value *value = &crash.crash.values[i];

		if (value->word == word && !value->is_sound && value->module)
			note_place(job, places, count, value);
	}
	return STATUS_OK;
}

/* "driver.sys+0x1040 (17), ..."; NULL where no image has it. */
static enum status tell_places(struct job *job, uint64_t word, const char **ret,
			       struct error *err)
{
	const struct plan *plan = &job->asked.plan;
	struct place places[PLACES_MAX];
	struct plan rows = plan_none(job->query->store);
	size_t count = 0;
	enum status status = factor_number_rows(job->query->store, "value",
						word, &rows, err);

	for (uint32_t row = 0; row < plan->row_count && !status; row++)
		if (count_bit(rows.bits, row) && count_bit(plan->bits, row))
			status = look_at(job, row, word, places, &count, err);
	plan_deinit(&rows);
	if (status)
		return status;
	if (count > 1)
		qsort(places, count, sizeof(*places), by_crashes);
	*ret = NULL;
	for (size_t i = 0; i < count && i < PLACES_SHOWN; i++)
		*ret = text_printf(&job->query->arena,
				   "%s%s%s+0x%" PRIx32 " (%" PRIu64 ")",
				   *ret ? *ret : "", *ret ? ", " : "",
				   places[i].module, places[i].offset,
				   places[i].crashes);
	return STATUS_OK;
}

static enum status print_row(struct job *job, struct table *out,
			     const struct recur_word *word, struct error *err)
{
	const struct recur_units *with = &job->with;
	const char *places;

	if (tell_places(job, word->word, &places, err))
		return err->status;

	const struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(text_printf(&job->query->arena, "0x%" PRIx64,
					    word->word)),
		table_count_cell(word->crashes),
		table_count_cell(word->units),
		table_real_cell(word->expected + 1),
		table_real_cell((double)word->units / (double)with->damaged),
		with->sound ? table_real_cell((double)word->sound /
					      (double)with->sound)
			    : table_absent(),
		table_real_cell(word->q),
		with->sound ? table_real_cell(word->usual) : table_absent(),
		table_text_cell(word->found ? "yes" : "no"),
		table_text_cell(places),
	};

	table_row(out, cells);
	return STATUS_OK;
}

static void say_counts(struct job *job, struct table *out, size_t found,
		       size_t shown)
{
	const struct recur_units *with = &job->with;

	table_fact(out, "found", json_new_integer((int64_t)found));
	table_fact(out, "words", json_new_integer((int64_t)job->count));
	table_fact(out, "machines", json_new_integer((int64_t)with->damaged));
	table_fact(out, "sound_machines",
		   json_new_integer((int64_t)with->sound));
	table_fact(out, "unknown_machines",
		   json_new_integer((int64_t)job->unknown));
	if (!job->count) {
		table_note(out, "no crash has any: crashindex --values keeps "
				"them");
	} else {
		table_note(out,
			   "%zu of %zu different words recur beyond chance "
			   "and beyond sound pool; %" PRIu64
			   " machines have any",
			   found, job->count, with->damaged);
		if (found > shown)
			table_note(out, "%zu more", found - shown);
	}
	if (job->unknown)
		table_note(out,
			   "%" PRIu64 " crashes do not tell their machine, and "
			   "count as one each",
			   job->unknown);
	asked_note(&job->asked, out);
}

static enum status print(struct job *job, size_t found, struct error *err)
{
	struct table *out = table_create(
		job->query->printer, job->query->out,
		"Words that recur where memory was damaged", columns, COLUMNS);
	const size_t rows = options.all ? job->count : found;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < rows && !status; i++)
		if (!options.limit || i < options.limit)
			status = print_row(job, out, &job->words[i], err);
	if (!status) {
		say_counts(job, out, found, (size_t)out->row_count);
		table_end(out);
	}
	table_destroy(out);
	return status;
}

static enum status values_run(struct query *query, enum cli_exit *ret,
			      struct error *err)
{
	struct job job = { .query = query };
	size_t found = 0;
	enum status status;

	if (asked_make(query, &job.asked, err))
		return err->status;
	arena_init(&job.passing);
	status = read_words(&job, err);
	if (!status) {
		found = recur_judge(job.words, job.count, job.with);
		status = print(&job, found, err);
	}
	if (!status)
		*ret = found ? CLI_YES : CLI_NO;
	free(job.words);
	free(job.units);
	free(job.last);
	free(job.seen);
	arena_deinit(&job.passing);
	asked_deinit(&job.asked);
	return status;
}

const struct query_command values_command = {
	.name = "values",
	.usage = "[OPTION...] [FIELD=VALUE...]",
	.help = "words that recur where memory was damaged, and whose they are",
	.more = "Of crashes indexed with crashindex --values.  A driver that "
		"overwrites memory\nwrites the same constants on every "
		"machine.  Counted in machines, against what\nother words "
		"do by chance and what sound pool beside the damage holds.  "
		"Named\nare images of the dumps that hold the word too.\n",
	.needs_store = true,
	.options = table,
	.run = values_run,
};
