/*
 * clusters - which bugs this fleet has, and what each is like.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/clump.h"
#include "query/clump_page.h"
#include "query/group.h"
#include "query/mark.h"
#include "query/measure.h"
#include "query/wrapped.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

static struct {
	const char *by;
	const char *new_since;
	uint64_t min;
	uint64_t limit;
	uint64_t pages;
	uint64_t window;
	bool family;
} options = { .by = "machines", .pages = 3, .window = 7 };

static const struct cli_option table[] = {
	{ "by", 0, CLI_TEXT, &options.by, "ORDER",
	  "machines, crashes or rise (machines)" },
	{ "family", 0, CLI_FLAG, &options.family, NULL,
	  "families of clusters: what is merely alike" },
	{ "new-since", 0, CLI_TEXT, &options.new_since, "TIME",
	  "only those first seen then or later" },
	{ "min", 0, CLI_NUMBER, &options.min, "N",
	  "leave out what has fewer crashes" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the first N rows only" },
	{ "pages", 0, CLI_NUMBER, &options.pages, "N",
	  "text: stacks and builds of the first N (3)" },
	{ "window", 0, CLI_NUMBER, &options.window, "DAYS",
	  "rise over the last DAYS (7) and as many before" },
	ASKED_OPTIONS,
	CLI_END,
};

static const struct table_column base_columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_ALL },
	{ "cluster", "cluster", TABLE_WORD, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "machines", "machines", TABLE_COUNT, TABLE_ALL },
	{ "first", "first", TABLE_WORD, TABLE_PROGRAMS },
	{ "last", "last", TABLE_WORD, TABLE_PROGRAMS },
	{ "first_day", "first", TABLE_WORD, TABLE_PEOPLE | TABLE_SPARE },
	{ "last_day", "last", TABLE_WORD, TABLE_PEOPLE | TABLE_SPARE },
	{ "bugcheck", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "fault", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "title", "", TABLE_TEXT, TABLE_ALL },
	{ "born", "", TABLE_WORD, TABLE_DETAILS },
	{ "representative", "", TABLE_WORD, TABLE_DETAILS },
	{ "stacks", "", TABLE_COUNT, TABLE_DETAILS },
	{ "builds", "", TABLE_COUNT, TABLE_DETAILS },
	{ "clusters", "", TABLE_COUNT, TABLE_DETAILS },
	{ "scanned", "", TABLE_SHARE, TABLE_DETAILS },
	{ "now", "", TABLE_COUNT, TABLE_DETAILS },
	{ "before", "", TABLE_COUNT, TABLE_DETAILS },
	{ "rise", "", TABLE_REAL, TABLE_DETAILS },
	{ "share", "", TABLE_SHARE, TABLE_DETAILS },
};

enum {
	BASE = sizeof(base_columns) / sizeof(base_columns[0]),
	MARKS = BASE + MEASURE_COLUMNS,
	COLUMNS = MARKS + MARK_COLUMNS
};

static enum status parse_order(enum clump_order *ret, struct error *err)
{
	static const char *const names[] = { "machines", "crashes", "rise",
					     NULL };

	for (size_t i = 0; names[i]; i++) {
		if (strcmp(names[i], options.by) == 0) {
			*ret = (enum clump_order)i;
			return STATUS_OK;
		}
	}
	return error_set(err, STATUS_USAGE,
			 "--by=%s: not machines, crashes or rise", options.by);
}

/* Programs are told times, people days. */
static struct table_cell time_cell(struct table *out, uint64_t time)
{
	char text[TEXT_TIME_BYTES];

	if (!time || !(out->printer->reader & TABLE_PROGRAMS))
		return table_absent();
	return table_text_cell(text_copy(&out->passing, text_time(time, text)));
}

static struct table_cell day_cell(struct table *out, uint64_t time)
{
	if (!time || !(out->printer->reader & TABLE_PEOPLE))
		return table_absent();
	return table_text_cell(
		calendar_text(&out->passing, calendar_day(time)));
}

/* What was left out of the table, so that it adds up. */
struct rest {
	uint64_t older, older_crashes;
	uint64_t few, few_crashes;
	uint64_t more, more_crashes;
};

enum {
	PORTION = 1 << 19 /* clusters that are named together */
};

/* called: NULL where the printer has room for what it is like. */
static enum status print_row(struct table *out, const struct clumps *clumps,
			     const struct clump *clump,
			     const struct clump_called *called,
			     const struct measure *measure,
			     const struct marks *marks, struct error *err)
{
	const struct mark mark =
		mark_of_rows(marks, clump->rows, clump->crashes);
	struct arena *arena = &out->passing;
	struct clump_face face = { .scanned = -1 };
	char id[IDENTITY_TEXT_BYTES] = "";

	if (!called) {
		if (clump_look(clumps, clump, arena, &face, err))
			return err->status;
		identity_text(face.crash.identity, id);
		called = &face.called;
	}

	struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(clump->id),
		table_count_cell(clump->crashes),
		table_count_cell(clump->machines),
		time_cell(out, clump->first),
		time_cell(out, clump->last),
		day_cell(out, clump->first),
		day_cell(out, clump->last),
		table_text_cell(clump_look_bugcheck(arena, called)),
		table_text_cell(clump_look_fault(arena, called)),
		table_text_cell(called->title),
		time_cell(out, clump->born),
		table_text_cell(id),
		table_count_cell(face.stacks),
		table_count_cell(face.builds),
		table_count_cell(face.clusters),
		face.scanned < 0 ? table_absent()
				 : table_real_cell(face.scanned),
		table_count_cell(clump->now),
		table_count_cell(clump->before),
		table_real_cell(clump->rise),
		table_real_cell(
			(double)clump->crashes /
			(double)(clumps->crashes ? clumps->crashes : 1)),
	};

	measure_cells(measure, clump->crashes, cells + BASE);
	mark_cells(arena, &mark, cells + MARKS);
	table_row(out, cells);
	return STATUS_OK;
}

/* Names lie in the order they were made in, which is not that of rows. */
static void fetch_ahead(const struct clumps *clumps,
			const struct clump_called *called, size_t i)
{
	const size_t ahead = i + 8;

	if (ahead >= clumps->count || ahead % PORTION < i % PORTION)
		return;
	__builtin_prefetch(called[ahead % PORTION].title);
	__builtin_prefetch(clumps->at[ahead].id);
}

static enum status print_named(struct table *out, struct clumps *clumps,
			       const struct measure *measure,
			       const struct marks *marks, struct error *err)
{
	const size_t room = clumps->count < PORTION ? clumps->count : PORTION;
	struct clump_called *called = calloc(room + 1, sizeof(*called));
	enum status status = STATUS_OK;
	struct arena arena;

	if (!called)
		must_end();
	arena_init(&arena);
	clump_read_names(clumps);
	for (size_t i = 0; i < clumps->count && !status; i++) {
		const size_t left = clumps->count - i;

		if (i % PORTION == 0) {
			arena_reset(&arena);
			status = clump_look_names(
				clumps, i, left < PORTION ? left : PORTION,
				&arena, called, err);
		}
		fetch_ahead(clumps, called, i);
		if (!status)
			status = print_row(out, clumps, &clumps->at[i],
					   &called[i % PORTION], measure, marks,
					   err);
	}
	arena_deinit(&arena);
	free(called);
	return status;
}

static enum status print_rows(struct table *out, struct clumps *clumps,
			      const struct measure *measure,
			      const struct marks *marks, struct error *err)
{
	if (!(out->printer->reader & TABLE_DETAILS))
		return print_named(out, clumps, measure, marks, err);
	clump_read(clumps);
	if (clump_look_ahead(clumps, clumps->at, clumps->count, err))
		return err->status;
	for (size_t i = 0; i < clumps->count; i++) {
		if (print_row(out, clumps, &clumps->at[i], NULL, measure, marks,
			      err))
			return err->status;
	}
	return STATUS_OK;
}

/* Drop what has too few crashes, whatever comes first; counts it. */
static void leave_out_few(struct clumps *clumps, struct rest *rest)
{
	size_t kept = 0;

	for (size_t i = 0; i < clumps->count; i++) {
		const struct clump clump = clumps->at[i];

		if (clump.crashes < options.min) {
			rest->few++;
			rest->few_crashes += clump.crashes;
		} else {
			clumps->at[kept++] = clump;
		}
	}
	clumps->count = kept;
}

/* ... and what is behind the limit. */
static void leave_out_more(struct clumps *clumps, struct rest *rest)
{
	while (clumps->count > options.limit) {
		rest->more++;
		rest->more_crashes += clumps->at[--clumps->count].crashes;
	}
}

static void say_part(struct table *out, struct json *json, const char *key,
		     uint64_t rows, uint64_t crashes, const char *words)
{
	struct json *part = json_new_object();

	json_set(part, "rows", json_new_integer((int64_t)rows));
	json_set(part, "crashes", json_new_integer((int64_t)crashes));
	json_set(json, key, part);
	if (rows)
		table_note(out, "left out: %" PRIu64 " %s, %" PRIu64 " crash%s",
			   rows, words, crashes, crashes == 1 ? "" : "es");
}

struct reasons {
	struct arena *arena;
	struct group_row *rows;
	size_t count, room;
};

static bool take_reason(void *closure, const struct store_term *term)
{
	struct reasons *reasons = closure;
	struct group_row *rows = reasons->rows;

	if (reasons->count == reasons->room) {
		reasons->room = 2 * reasons->room + 8;
		rows = arena_take(reasons->arena, reasons->room, sizeof(*rows));
		if (reasons->count)
			memcpy(rows, reasons->rows,
			       reasons->count * sizeof(*rows));
		reasons->rows = rows;
	}
	rows[reasons->count++] =
		(struct group_row){ .value.text = text_copy(reasons->arena,
							    term->value.text),
				    .crashes = term->crashes };
	return true;
}

/* The store counts those of all its crashes; machines are not asked for. */
static enum status count_reasons(struct query *query, const struct plan *plan,
				 struct group *ret, struct error *err)
{
	const struct field *field = field_find("unclustered");
	struct reasons reasons = { .arena = &query->arena };

	if (plan->matched < plan->row_count)
		return group_make(query->store, field, plan, 1, 0,
				  &query->arena, ret, err);
	if (store_walk_terms(query->store, field, take_reason, &reasons, err))
		return err->status;
	if (reasons.count)
		qsort(reasons.rows, reasons.count, sizeof(*reasons.rows),
		      group_compare);
	*ret = (struct group){ .rows = reasons.rows, .count = reasons.count };
	return STATUS_OK;
}

/* Those in no cluster, by reason; adds up how many had one. */
static enum status say_unclustered(struct query *query, struct table *out,
				   const struct plan *plan, uint64_t *explained,
				   struct error *err)
{
	struct json *json = json_new_array();
	struct group group;

	table_fact(out, "unclustered", json);
	if (count_reasons(query, plan, &group, err))
		return err->status;
	for (size_t i = 0; i < group.count; i++) {
		struct json *part = json_new_object();
		const struct group_row *row = &group.rows[i];

		json_set(part, "reason", json_new_text(row->value.text));
		json_set(part, "crashes",
			 json_new_integer((int64_t)row->crashes));
		json_append(json, part);
		table_note(out, "in no cluster: %" PRIu64 " (%s)", row->crashes,
			   row->value.text);
		*explained += row->crashes;
	}
	return STATUS_OK;
}

static enum status say_rest(struct query *query, struct table *out,
			    const struct asked *asked,
			    const struct clumps *clumps,
			    const struct rest *rest, struct error *err)
{
	struct json *json = json_new_object();
	uint64_t listed = clumps->crashes - clumps->unclustered -
			  rest->older_crashes - rest->few_crashes -
			  rest->more_crashes;
	uint64_t reasons = 0;

	table_note(out, "%" PRIu64 " crash%s, %" PRIu64 " in the rows above",
		   clumps->crashes, clumps->crashes == 1 ? "" : "es", listed);
	table_fact(out, "crashes", json_new_integer((int64_t)clumps->crashes));
	table_fact(out, "listed", json_new_integer((int64_t)listed));
	say_part(out, json, "older", rest->older, rest->older_crashes,
		 "seen before");
	say_part(out, json, "under_min", rest->few, rest->few_crashes,
		 "with fewer crashes than --min");
	say_part(out, json, "over_limit", rest->more, rest->more_crashes,
		 "behind --limit");
	table_fact(out, "left_out", json);
	if (say_unclustered(query, out, &asked->plan, &reasons, err))
		return err->status;
	if (clumps->unclustered > reasons) {
		table_fact(out, "not_settled",
			   json_new_integer(
				   (int64_t)(clumps->unclustered - reasons)));
		table_note(out,
			   "in no cluster: %" PRIu64
			   " (not settled yet: crashindex --settle)",
			   clumps->unclustered - reasons);
	}
	asked_note(asked, out);
	return STATUS_OK;
}

/* Of the first ones; the others are forgotten. */
static enum status print_pages(struct query *query, struct clumps *clumps,
			       const struct marks *marks, struct error *err)
{
	enum status status = STATUS_OK;

	if (clumps->count > options.pages)
		clumps->count = options.pages;
	clump_read(clumps);
	for (size_t i = 0; i < clumps->count && !status; i++)
		status = clump_page_print(query, clumps, &clumps->at[i], marks,
					  false, err);
	return status;
}

static enum status print(struct query *query, const struct asked *asked,
			 struct clumps *clumps, const struct rest *rest,
			 const struct marks *marks, struct error *err)
{
	struct table_column columns[COLUMNS];
	struct measure measure;
	struct table *out;
	enum status status;

	if (measure_make(query, clumps->crashes, &measure, err))
		return err->status;
	memcpy(columns, base_columns, sizeof(base_columns));
	if (options.family)
		columns[1].title = "family";
	measure_columns(columns + BASE);
	mark_columns(marks, columns + MARKS);
	out = table_create(query->printer, query->out,
			   options.family ? "Families of clusters" : "Clusters",
			   columns, COLUMNS);
	status = print_rows(out, clumps, &measure, marks, err);
	measure_tell(&measure, out);
	if (!status)
		status = say_rest(query, out, asked, clumps, rest, err);
	if (!status)
		table_end(out);
	table_destroy(out);
	if (!status && strcmp(query->printer->name, "text") == 0)
		status = print_pages(query, clumps, marks, err);
	return status;
}

/* clusters ID: the words name clusters (or families) by id. */
static bool are_ids(const struct query *query)
{
	for (size_t i = 0; i < query->operand_count; i++)
		if (strpbrk(query->operands[i], "=<>"))
			return false;
	return query->operand_count > 0;
}

static bool has_id(const struct clumps *clumps, size_t i, const char *id)
{
	return strncmp(clumps->at[i].id, id, strlen(id)) == 0;
}

static void leave_out_others(const struct query *query, struct clumps *clumps)
{
	size_t kept = 0;

	for (size_t i = 0; i < clumps->count; i++) {
		const struct clump clump = clumps->at[i];
		bool is_asked = false;

		for (size_t k = 0; k < query->operand_count; k++) {
			is_asked |= has_id(clumps, i, query->operands[k]);
		}
		if (is_asked)
			clumps->at[kept++] = clump;
	}
	clumps->count = kept;
}

static enum status print_whole(struct query *query, struct clumps *clumps,
			       const struct marks *marks, const char *id,
			       struct error *err)
{
	for (size_t i = 0; i < clumps->count; i++) {
		if (has_id(clumps, i, id) &&
		    clump_page_print(query, clumps, &clumps->at[i], marks, true,
				     err))
			return err->status;
	}
	return STATUS_OK;
}

static void say_missing(const struct query *query, const struct clumps *clumps,
			enum cli_exit *ret)
{
	for (size_t k = 0; k < query->operand_count; k++) {
		const char *id = query->operands[k];
		bool found = false;

		for (size_t i = 0; i < clumps->count && !found; i++)
			found = has_id(clumps, i, id);
		if (found)
			continue;
		cli_complain("%s: no such %s", id, clumps->field);
		*ret = CLI_NO;
	}
}

/* CSV is a table of them; all else is pages. */
static enum status print_ids(struct query *query, const struct asked *asked,
			     struct clumps *clumps, const struct marks *marks,
			     struct error *err)
{
	const struct rest none = { 0 };
	enum status status = STATUS_OK;
	struct wrapped wrapped;

	if (strcmp(query->printer->name, "csv") == 0)
		return print(query, asked, clumps, &none, marks, err);
	clump_read(clumps);
	wrapped_begin(&wrapped, query);
	for (size_t i = 0; i < query->operand_count && !status; i++)
		status = print_whole(query, clumps, marks, query->operands[i],
				     err);
	wrapped_end(&wrapped, options.family ? "Family" : "Cluster");
	return status;
}

static enum status run_ids(struct query *query, const char *field,
			   const struct marks *marks, enum cli_exit *ret,
			   struct error *err)
{
	struct asked asked;
	struct clumps clumps;
	enum status status;

	if (asked_all(query, &asked, err))
		return err->status;
	clump_gather(query, &asked.plan, field, options.window, 0, &clumps);
	clump_sort(query, &clumps, CLUMP_MACHINES, SIZE_MAX);
	leave_out_others(query, &clumps);
	say_missing(query, &clumps, ret);
	status = print_ids(query, &asked, &clumps, marks, err);
	clump_deinit(&clumps);
	asked_deinit(&asked);
	return status;
}

static enum status run_listed(struct query *query, const char *field,
			      const struct marks *marks, enum cli_exit *ret,
			      struct error *err)
{
	enum clump_order order = CLUMP_MACHINES;
	struct asked asked;
	struct clumps clumps;
	struct rest rest = { 0 };
	uint64_t since = 0, last;
	enum status status;

	if (parse_order(&order, err))
		return err->status;
	if (options.new_since &&
	    !text_parse_span(options.new_since, &since, &last))
		return error_set(err, STATUS_USAGE,
				 "--new-since=%s: not a time",
				 options.new_since);
	if (asked_make(query, &asked, err))
		return err->status;
	clump_gather(query, &asked.plan, field, options.window, since, &clumps);
	rest.older = clumps.older;
	rest.older_crashes = clumps.older_crashes;
	leave_out_few(&clumps, &rest);
	if (options.limit)
		rest.more = clump_cut(&clumps, order, options.limit,
				      &rest.more_crashes);
	clump_sort(query, &clumps, order,
		   options.limit ? options.limit : SIZE_MAX);
	if (options.limit)
		leave_out_more(&clumps, &rest);
	*ret = clumps.count ? CLI_YES : CLI_NO;
	status = print(query, &asked, &clumps, &rest, marks, err);
	clump_deinit(&clumps);
	asked_deinit(&asked);
	return status;
}

static enum status clusters_run(struct query *query, enum cli_exit *ret,
				struct error *err)
{
	const char *field = options.family ? "family" : "cluster";
	struct marks marks;
	enum status status;

	if (options.window < 1 || options.window > 366)
		return error_set(err, STATUS_USAGE, "--window: 1 to 366 days");
	if (mark_open(query, &marks, err))
		return err->status;
	status = are_ids(query) ? run_ids(query, field, &marks, ret, err)
				: run_listed(query, field, &marks, ret, err);
	mark_close(&marks);
	return status;
}

const struct query_command clusters_command = {
	.name = "clusters",
	.usage = "[OPTION...] [ID...|FIELD=VALUE...]",
	.help = "which bugs there are, and how many machines each hits",
	.more = "Examples:\n"
		"  crashquery clusters 3f9a1b2c4d5e      one of them whole\n\n"
		"The id of a cluster is that of the crash that founded it, and "
		"stays.  Families\nhold clusters that are alike, but not "
		"enough to be surely one bug.\n",
	.needs_store = true,
	.options = table,
	.run = clusters_run,
};
