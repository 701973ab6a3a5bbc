/*
 * trends - what is new, rising, falling or gone.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/calendar.h"
#include "query/clump.h"
#include "query/count.h"
#include "query/factor.h"
#include "query/group.h"
#include "query/mark.h"
#include "query/measure.h"
#include "query/terminal.h"
#include "query/trend.h"
#include "query/value.h"
#include "query/window.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

static struct {
	const char *by;
	uint64_t window;
	uint64_t limit;
	bool all;
} options = { .by = "cluster", .window = 7 };

static const struct cli_option table[] = {
	{ "by", 0, CLI_TEXT, &options.by, "FIELD",
	  "count by this field (cluster)" },
	{ "window", 0, CLI_NUMBER, &options.window, "DAYS",
	  "1, 3, 7, 14 or 28 days against as many before (7)" },
	{ "all", 0, CLI_FLAG, &options.all, NULL, "also what has not moved" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the first N rows only" },
	ASKED_OPTIONS,
	CLI_END,
};

static const struct table_column base_columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_ALL },
	{ "move", "", TABLE_WORD, TABLE_ALL },
	{ "key", "", TABLE_TEXT, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "crashes_before", "before", TABLE_COUNT, TABLE_ALL | TABLE_SPARE },
	{ "machines", "machines", TABLE_COUNT, TABLE_ALL },
	{ "machines_before", "before", TABLE_COUNT, TABLE_ALL | TABLE_SPARE },
	{ "q", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "p", "", TABLE_REAL, TABLE_DETAILS },
	{ "days", "days", TABLE_WORD, TABLE_PEOPLE | TABLE_SPARE },
	{ "title", "", TABLE_TEXT, TABLE_ALL },
};

enum {
	BASE = sizeof(base_columns) / sizeof(base_columns[0]),
	MARKS = BASE + MEASURE_COLUMNS,
	COLUMNS = MARKS + MARK_COLUMNS,
	DAYS_MAX = 56,
};

/* A value of the field over both windows. */
struct line {
	struct trend_row trend;
	const char *key;
	uint32_t term; /* of a column */
	struct field_value value;
	uint32_t *days; /* crashes of each day of both windows */
	struct mark mark;
};

struct job {
	struct query *query;
	const struct field *field;
	struct asked asked;
	struct marks marks;
	struct calendar calendar;
	struct trend_days covered;
	struct window window;
	struct trend_tally *tally;
	struct line *lines;
	size_t count, room;
};

static size_t day_count(void)
{
	return 2 * (size_t)options.window;
}

/* One value with its rows; kept if one is in a window. */
static void take_value(void *closure, const struct store_term *term,
		       const uint32_t *rows, size_t count)
{
	struct job *job = closure;
	struct line line = { .term = term->term,
			     .value = term->value,
			     .mark = mark_of_rows(&job->marks, rows, count) };
	uint32_t days[DAYS_MAX] = { 0 };

	if (job->window.ever_before)
		line.trend.ever_before = job->window.ever_before[term->term];
	for (size_t i = 0; i < count; i++) {
		const struct window_seen *seen =
			job->window.seen[rows[i] / STORE_CHUNK_ROWS];
		const size_t at = rows[i] % STORE_CHUNK_ROWS;

		if (!seen || !seen->days[at]) {
			line.trend.ever_before++;
			continue;
		}
		days[seen->days[at] - 1]++;
		trend_add(job->tally, seen->machines[at],
			  seen->days[at] > options.window);
	}
	trend_close(job->tally, job->covered, &line.trend);
	if (!line.trend.crashes && !line.trend.crashes_before)
		return;
	line.trend.ever_before += line.trend.crashes_before;
	line.key =
		group_value_text(&job->query->arena, job->field, term->value);
	line.days = arena_take(&job->query->arena, DAYS_MAX, sizeof(uint32_t));
	memcpy(line.days, days, sizeof(days));
	if (job->count == job->room) {
		job->room = job->room * 2 + 256;
		job->lines = must(
			realloc(job->lines, job->room * sizeof(*job->lines)));
	}
	job->lines[job->count++] = line;
}

/* What moved first, then by how sure that is, then by size. */
static int by_move(const void *left, const void *right)
{
	const struct line *a = left;
	const struct line *b = right;
	static const int order[] = { [TREND_NEW] = 0,
				     [TREND_RISING] = 0,
				     [TREND_FALLING] = 1,
				     [TREND_GONE] = 1,
				     [TREND_STEADY] = 2 };

	if (order[a->trend.move] != order[b->trend.move])
		return order[a->trend.move] - order[b->trend.move];
	if (a->trend.p != b->trend.p)
		return a->trend.p < b->trend.p ? -1 : 1;
	if (a->trend.machines != b->trend.machines)
		return a->trend.machines > b->trend.machines ? -1 : 1;
	if (a->trend.crashes != b->trend.crashes)
		return a->trend.crashes > b->trend.crashes ? -1 : 1;
	return strcmp(a->key, b->key);
}

static void judge(struct job *job)
{
	struct trend_row *rows =
		arena_take(&job->query->arena, job->count + 1, sizeof(*rows));

	for (size_t i = 0; i < job->count; i++)
		rows[i] = job->lines[i].trend;
	trend_judge(rows, job->count, job->covered);
	for (size_t i = 0; i < job->count; i++)
		job->lines[i].trend = rows[i];
	if (job->count > 1)
		qsort(job->lines, job->count, sizeof(*job->lines), by_move);
}

/* A day a column: a bar, "." for none, blank where nothing came in. */
static const char *spark(struct job *job, const struct line *line)
{
	static const char *const bars[] = { ".", "▁", "▂", "▃", "▄",
					    "▅", "▆", "▇", "█" };
	static const char *const digits[] = { ".", "1", "2", "3", "4",
					      "5", "6", "7", "8" };
	char *text = arena_take(&job->query->arena, DAYS_MAX + 1, 4);
	char *at = text;
	uint32_t most = 1;

	for (size_t i = 0; i < day_count(); i++)
		most = line->days[i] > most ? line->days[i] : most;
	for (size_t i = 0; i < day_count(); i++) {
		const uint32_t n = line->days[i];
		const size_t height = n ? 1 + (n * 7 - 1) / most : 0;
		const char *bar =
			terminal_is_ascii() ? digits[height] : bars[height];

		if (i == options.window)
			at = stpcpy(at, "|");
		if (!n && calendar_is_gap(&job->calendar, job->window.from + i))
			bar = " ";
		at = stpcpy(at, bar);
	}
	return text;
}

/* NULL for a line without one. */
static const struct clump *clump_of(const struct clumps *clumps,
				    const struct line *line)
{
	for (size_t i = 0; clumps && i < clumps->count; i++)
		if (clumps->at[i].term == line->term)
			return &clumps->at[i];
	return NULL;
}

/* Of clusters, what they are; of codes, what they are called. */
static enum status title_line(struct job *job, const struct clumps *clumps,
			      const struct line *line, const char **ret,
			      struct error *err)
{
	const struct clump *clump = clump_of(clumps, line);
	struct clump_called called;

	*ret = value_is_bugcheck(job->field) && !line->value.text
		       ? value_bugcheck_name(line->value.number)
		       : NULL;
	if (!clump)
		return STATUS_OK;
	if (clump_look_name(clumps, clump, &job->query->arena, &called, err))
		return err->status;
	*ret = called.title;
	return STATUS_OK;
}

/* What seems to be new is not, where an earlier crash has the value, too. */
static enum status look_back(struct job *job, const struct line *line,
			     enum trend_move *move, struct error *err)
{
	bool was_there = false;

	if (*move == TREND_NEW && job->window.earlier_rows.bits &&
	    window_ask_earlier(&job->window, line->term, &was_there, err))
		return err->status;
	if (was_there)
		*move = TREND_RISING;
	return STATUS_OK;
}

static enum status print_line(struct job *job, struct table *out,
			      const struct clumps *clumps,
			      const struct line *line,
			      const struct measure *measure, struct error *err)
{
	const struct trend_row *trend = &line->trend;
	enum trend_move move = line->trend.move;
	const char *title;

	if (title_line(job, clumps, line, &title, err) ||
	    look_back(job, line, &move, err))
		return err->status;

	struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(trend_word(move)),
		table_text_cell(line->key),
		table_count_cell(trend->crashes),
		table_count_cell(trend->crashes_before),
		table_count_cell(trend->machines),
		table_count_cell(trend->machines_before),
		table_real_cell(trend->q),
		table_real_cell(trend->p),
		table_text_cell(spark(job, line)),
		table_text_cell(title),
	};

	measure_cells(measure, trend->crashes, cells + BASE);
	mark_cells(&job->query->arena, &line->mark, cells + MARKS);
	table_row(out, cells);
	return STATUS_OK;
}

static void say_days(struct job *job, struct table *out)
{
	struct arena *arena = &job->query->arena;
	const uint64_t half = job->window.from + options.window;
	struct json *gaps = json_new_array();
	const char *from = calendar_text(arena, job->window.from);
	const char *middle = calendar_text(arena, half);
	const char *end = calendar_text(arena, job->calendar.end - 1);
	uint64_t count = 0;

	for (uint64_t day = job->window.from; day < job->calendar.end; day++) {
		if (!calendar_is_gap(&job->calendar, day))
			continue;
		json_append(gaps, json_new_text(calendar_text(arena, day)));
		count++;
	}
	table_fact(out, "before_from", json_new_text(from));
	table_fact(out, "from", json_new_text(middle));
	table_fact(out, "to", json_new_text(end));
	table_fact(out, "gaps", gaps);
	if (job->calendar.likely_crashes <= 0) {
		table_note(out, "no crash of the store has a time");
		return;
	}
	table_note(out, "%s to %s against the %" PRIu64 " day%s from %s",
		   middle, end, options.window, options.window == 1 ? "" : "s",
		   from);
	if (count)
		table_note(out,
			   "%" PRIu64 " day%s without dumps, left out of the "
			   "rates",
			   count, count == 1 ? "" : "s");
	if (job->covered.before <= 0)
		table_note(out, "nothing came in for the window before: there "
				"is nothing to compare with");
}

static void say_counts(struct job *job, struct table *out, size_t rows,
		       size_t shown)
{
	const uint64_t now = job->window.crashes;
	const uint64_t before = job->window.before;

	table_fact(out, "by", json_new_text(job->field->name));
	table_fact(out, "crashes", json_new_integer((int64_t)now));
	table_fact(out, "crashes_before", json_new_integer((int64_t)before));
	table_fact(out, "steady", json_new_integer((int64_t)(rows - shown)));
	table_fact(out, "earlier",
		   json_new_integer((int64_t)job->window.earlier));
	table_fact(out, "later", json_new_integer((int64_t)job->window.later));
	table_fact(out, "without_time",
		   json_new_integer((int64_t)job->window.untimed));
	table_note(out,
		   "%" PRIu64 " crash%s, %" PRIu64 " before; %zu row%s that "
		   "did not move or %s behind --limit",
		   now, now == 1 ? "" : "es", before, rows - shown,
		   rows - shown == 1 ? "" : "s",
		   rows - shown == 1 ? "is" : "are");
	if (job->window.later || job->window.untimed)
		table_note(out,
			   "not counted: %" PRIu64 " later, %" PRIu64
			   " without a time",
			   job->window.later, job->window.untimed);
	asked_note(&job->asked, out);
}

/* Lines are sorted; the first that is not ends the table. */
static bool is_shown(const struct job *job, size_t line)
{
	return line < job->count && (!options.limit || line < options.limit) &&
	       (options.all || job->lines[line].trend.move != TREND_STEADY);
}

/* The crashes that titles are taken from, if they come from elsewhere. */
static enum status expect_titles(const struct job *job,
				 const struct clumps *clumps, struct error *err)
{
	uint32_t *rows;
	enum status status = STATUS_OK;
	size_t count = 0;

	if (!clumps || !store_crash_is_elsewhere(job->query->store))
		return STATUS_OK;
	rows = must(calloc(job->count + 1, sizeof(*rows)));
	for (size_t i = 0; is_shown(job, i) && !status; i++) {
		const struct clump *clump = clump_of(clumps, &job->lines[i]);

		if (clump)
			status = clump_look_row(clumps, clump, &rows[count++],
						err);
	}
	if (!status)
		store_crash_expect(job->query->store, rows, count);
	free(rows);
	return status;
}

static enum status print(struct job *job, const struct clumps *clumps,
			 enum cli_exit *ret, struct error *err)
{
	const struct measure measure = measure_of_days(
		job->query, job->window.crashes, (uint64_t)job->covered.now);
	struct table_column columns[COLUMNS];
	struct table *out;
	enum status status = expect_titles(job, clumps, err);
	const size_t rows = job->count;
	size_t shown = 0;

	memcpy(columns, base_columns, sizeof(base_columns));
	measure_columns(columns + BASE);
	mark_columns(&job->marks, columns + MARKS);
	out = table_create(job->query->printer, job->query->out,
			   text_printf(&job->query->arena, "Trends by %s",
				       job->field->name),
			   columns, COLUMNS);
	for (size_t i = 0; i < rows && !status; i++) {
		if (!is_shown(job, i))
			break;
		status = print_line(job, out, clumps, &job->lines[i], &measure,
				    err);
		shown++;
	}
	measure_tell(&measure, out);
	say_days(job, out);
	say_counts(job, out, rows, shown);
	if (!status)
		table_end(out);
	table_destroy(out);
	*ret = shown ? CLI_YES : CLI_NO;
	return status;
}

/* Clusters and families have titles. */
static enum status print_titled(struct job *job, enum cli_exit *ret,
				struct error *err)
{
	const char *name = job->field->name;
	struct clumps clumps;
	enum status status;

	if ((strcmp(name, "cluster") != 0 && strcmp(name, "family") != 0) ||
	    !is_shown(job, 0))
		return print(job, NULL, ret, err);
	clump_gather(job->query, &job->asked.plan, name, options.window, 0,
		     &clumps);
	clump_read_names(&clumps);
	status = print(job, &clumps, ret, err);
	clump_deinit(&clumps);
	return status;
}

static void read_store(struct job *job)
{
	struct store *store = job->query->store;
	struct window *window = &job->window;

	job->calendar = calendar_read(job->query);
	*window = (struct window){ .store = store,
				   .field = job->field,
				   .from = job->calendar.end - day_count(),
				   .half = options.window };
	job->covered.before =
		(double)calendar_covered(&job->calendar, job->window.from,
					 job->window.from + options.window);
	job->covered.now = (double)calendar_covered(
		&job->calendar, job->window.from + options.window,
		job->calendar.end);
	job->tally = trend_create(
		store_column_last_term(store, field_find("machine")) + 1);
	window_read(window, &job->asked.plan);
}

static enum status trends_run(struct query *query, enum cli_exit *ret,
			      struct error *err)
{
	struct job job = { .query = query };
	enum status status;

	if (where_find_field(options.by, &job.field, err))
		return error_within(err, "--by");
	if (options.window != 1 && options.window != 3 && options.window != 7 &&
	    options.window != 14 && options.window != 28)
		return error_set(err, STATUS_USAGE,
				 "--window=%" PRIu64 ": 1, 3, 7, 14 or 28 days",
				 options.window);
	if (mark_open(query, &job.marks, err))
		return err->status;
	if (asked_make(query, &job.asked, err)) {
		mark_close(&job.marks);
		return err->status;
	}
	read_store(&job);
	status = factor_each(query->store, job.field, &job.window.looked_at,
			     &query->arena, take_value, &job, err);
	if (!status) {
		judge(&job);
		status = print_titled(&job, ret, err);
	}
	trend_destroy(job.tally);
	free(job.lines);
	window_deinit(&job.window);
	calendar_deinit(&job.calendar);
	asked_deinit(&job.asked);
	mark_close(&job.marks);
	return status;
}

const struct query_command trends_command = {
	.name = "trends",
	.usage = "[OPTION...] [FIELD=VALUE...]",
	.help = "what is new, rising, falling or gone",
	.more = "Examples:\n"
		"  crashquery trends --window=28\n"
		"  crashquery trends --by=driverbuild --now=2026-11-20\n\n"
		"The window ends with the day of --now, or with that of the "
		"newest crash.  A\ncrash counts on the day it happened.  "
		"Tested are machines, each once a window.\n",
	.needs_store = true,
	.options = table,
	.run = trends_run,
};
