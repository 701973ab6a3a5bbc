/*
 * freq - how often each bugcheck, or each value of any other field.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/asked.h"
#include "query/group.h"
#include "query/mark.h"
#include "query/measure.h"
#include "query/plural.h"
#include "query/push_freq.h"
#include "query/query.h"
#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/knowledge/bugcheck.h"
#include "signatures/knowledge/frequency2008.h"
#include "signatures/knowledge/ntstatus.h"
#include "signatures/knowledge/pooltag.h"

static struct {
	const char *by;
	uint64_t min;
	uint64_t limit;
	bool all;
	bool minidump_codes;
} options = { .by = "bugcheck" };

static const struct cli_option table[] = {
	{ "by", 0, CLI_TEXT, &options.by, "FIELD",
	  "count by this field (bugcheck)" },
	{ "min", 0, CLI_NUMBER, &options.min, "N",
	  "leave out what has fewer crashes" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the first N rows only" },
	{ "all", 0, CLI_FLAG, &options.all, NULL,
	  "also documented codes that nobody hit" },
	{ "minidump-codes", 0, CLI_FLAG, &options.minidump_codes, NULL,
	  "1000007E apart from 7E, as in 2008" },
	ASKED_OPTIONS,
	CLI_END,
};

static const struct table_column bugcheck_columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "key", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "name", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "label", "", TABLE_WORD, TABLE_PEOPLE },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "machines", "machines", TABLE_COUNT, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "bar", "", TABLE_BAR, TABLE_PEOPLE | TABLE_SPARE },
};

/* Any other field: its values are text out of dumps. */
static const struct table_column value_columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "key", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "name", "", TABLE_TEXT, TABLE_PROGRAMS },
	{ "label", "", TABLE_TEXT, TABLE_PEOPLE },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "machines", "machines", TABLE_COUNT, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "bar", "", TABLE_BAR, TABLE_PEOPLE | TABLE_SPARE },
};

enum {
	COLUMNS = sizeof(value_columns) / sizeof(value_columns[0]),
	MARKS = COLUMNS + MEASURE_COLUMNS,
	ALL_COLUMNS = MARKS + MARK_COLUMNS
};

/* One table on its way: what is the same for all of its rows is met once. */
struct printing {
	struct table *out;
	const struct field *field;
	const struct group *group;
	const struct measure *measure;
	const struct mark *of_rows; /* NULL: none */
	bool is_bugcheck, is_exception, is_pooltag;
	bool is_hash;	  /* values are sixteen digits */
	bool is_measured; /* there is more to say of a count */
	double all, most; /* crashes that shares and bars are of */
	struct table_cell cells[ALL_COLUMNS];
};

/* What a value is called, NULL where it speaks for itself. */
static const char *name_of(const struct printing *printing,
			   struct field_value value)
{
	if (printing->is_bugcheck) {
		const struct frequency2008 *row =
			options.minidump_codes && value.number <= UINT32_MAX
				? frequency2008_find((uint32_t)value.number)
				: NULL;

		return row ? row->name : value_bugcheck_name(value.number);
	}
	if (printing->is_exception && value.number <= UINT32_MAX)
		return ntstatus_name((uint32_t)value.number);
	if (printing->is_pooltag && value.text && strlen(value.text) == 4)
		return pooltag_owner(value.text);
	return NULL;
}

static const char *label_of(const struct printing *printing, const char *key,
			    const char *name)
{
	struct arena *arena = &printing->out->passing;

	if (!printing->is_bugcheck)
		return name ? text_printf(arena, "%s  %s", key, name) : key;
	return text_printf(arena, "BugCheck %s%s%s", key, name ? ": " : "",
			   name ? name : "");
}

static const char *key_of(const struct printing *printing,
			  struct field_value value)
{
	struct arena *arena = &printing->out->passing;

	return printing->is_hash && !value.text
		       ? text_hash(arena, value.number)
		       : group_value_text(arena, printing->field, value);
}

static void printing_begin(struct printing *printing)
{
	const struct field *field = printing->field;
	const struct group *group = printing->group;
	const struct mark none = { .issue = NULL };

	printing->is_bugcheck = value_is_bugcheck(field);
	printing->is_exception = strcmp(field->name, "exception") == 0;
	printing->is_pooltag = strcmp(field->name, "pooltag") == 0;
	printing->is_hash = value_is_hash(field);
	printing->is_measured = measure_says_more(printing->measure);
	printing->all = group->with_value ? (double)group->with_value : 1;
	printing->most = group->count && group->rows[0].crashes
				 ? (double)group->rows[0].crashes
				 : 1;
	/*
	 * Each row fills them where they lie: a cell that is handed over whole
	 * is read before the halves of it are written, and that takes longer
	 * than all else about it.
	 */
	for (size_t i = 0; i < COLUMNS; i++)
		printing->cells[i].known = true;
	measure_cells(printing->measure, 0, printing->cells + COLUMNS);
	mark_cells(&printing->out->passing, &none, printing->cells + MARKS);
}

static void print_row(struct printing *printing, size_t i)
{
	const struct group_row *row = &printing->group->rows[i];
	const char *key = key_of(printing, row->value);
	const char *name = name_of(printing, row->value);
	const double crashes = (double)row->crashes;
	struct table_cell *cells = printing->cells;

	cells[0].count = i + 1;
	cells[1].text = key;
	cells[2].text = name;
	cells[2].known = name != NULL;
	cells[3].text = label_of(printing, key, name);
	cells[4].count = row->crashes;
	cells[5].count = row->machines;
	cells[6].real = crashes / printing->all;
	cells[7].real = crashes / printing->most;
	if (printing->is_measured)
		measure_cells(printing->measure, row->crashes, cells + COLUMNS);
	if (printing->of_rows)
		mark_cells(&printing->out->passing, &printing->of_rows[i],
			   cells + MARKS);
	table_row(printing->out, cells);
}

static int compare_codes(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a;
	const uint32_t y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Documented codes: today's, or those of the 2008 table. */
static size_t documented_codes(struct arena *arena, uint32_t **ret)
{
	const struct bugcheck *now = NULL;
	const struct frequency2008 *then = NULL;
	size_t count = 0;

	while ((now = bugcheck_walk(now)))
		count++;
	while ((then = frequency2008_walk(then)))
		count++;
	*ret = arena_take(arena, count, sizeof(**ret));
	count = 0;
	if (options.minidump_codes) {
		while ((then = frequency2008_walk(then)))
			(*ret)[count++] = then->code;
	} else {
		while ((now = bugcheck_walk(now)))
			(*ret)[count++] = now->code;
	}
	qsort(*ret, count, sizeof(**ret), compare_codes);
	return count;
}

static bool has_code(const struct group *group, uint32_t code)
{
	for (size_t i = 0; i < group->count; i++) {
		if (group->rows[i].value.number == code)
			return true;
	}
	return false;
}

/* Between what nobody hit and what many did, leave out what few did. */
static void cut_few(struct group *group)
{
	size_t kept = 0;

	for (size_t i = 0; i < group->count; i++) {
		const struct group_row row = group->rows[i];

		if (row.crashes && row.crashes < options.min) {
			group->cut_rows++;
			group->cut_crashes += row.crashes;
		} else {
			group->rows[kept++] = row;
		}
	}
	group->count = kept;
}

/* Behind everything that was hit: the codes that were not, by code. */
static void add_documented(struct arena *arena, struct group *group)
{
	uint32_t *codes;
	const size_t count = documented_codes(arena, &codes);
	struct group_row *rows =
		arena_take(arena, group->count + count, sizeof(*rows));
	size_t total = group->count;

	if (group->count)
		memcpy(rows, group->rows, group->count * sizeof(*rows));
	for (size_t i = 0; i < count; i++) {
		if (!has_code(group, codes[i]))
			rows[total++].value.number = codes[i];
	}
	group->rows = rows;
	group->count = total;
	cut_few(group);
}

static void say_totals(struct table *out, const struct field *field,
		       const struct asked *asked, const struct group *group,
		       size_t shown)
{
	const uint64_t without = asked->plan.matched - group->with_value;
	const uint64_t more = group->count - shown + group->more;

	table_note(out, "%" PRIu64 " crash%s", asked->plan.matched,
		   asked->plan.matched == 1 ? "" : "es");
	if (without)
		table_note(out,
			   "%" PRIu64
			   " of them without %s %s, not in the shares",
			   without, strchr("aeiou", *field->name) ? "an" : "a",
			   field->name);
	if (group->cut_rows)
		table_note(out,
			   "left out: %" PRIu64
			   " row%s with fewer than %" PRIu64
			   " crashes, %" PRIu64 " together",
			   group->cut_rows, plural(group->cut_rows),
			   options.min, group->cut_crashes);
	if (more)
		table_note(out, "left out: %" PRIu64 " more row%s", more,
			   plural(more));
}

static void tell_totals(struct table *out, const struct field *field,
			const struct asked *asked, const struct group *group,
			size_t shown)
{
	struct json *left_out;

	if (!table_tells(out))
		return;
	left_out = json_new_object();
	table_fact(out, "by", json_new_text(field->name));
	table_fact(out, "crashes",
		   json_new_integer((int64_t)asked->plan.matched));
	table_fact(out, "without_value",
		   json_new_integer(
			   (int64_t)(asked->plan.matched - group->with_value)));
	json_set(left_out, "rows",
		 json_new_integer((int64_t)(group->cut_rows + group->count -
					    shown + group->more)));
	json_set(left_out, "under_min",
		 json_new_integer((int64_t)group->cut_rows));
	json_set(left_out, "under_min_crashes",
		 json_new_integer((int64_t)group->cut_crashes));
	table_fact(out, "left_out", left_out);
}

static void print(struct query *query, const struct field *field,
		  const struct asked *asked, const struct group *group,
		  const struct measure *measure, const struct marks *marks,
		  const struct mark *of_rows)
{
	struct table_column columns[ALL_COLUMNS];
	const bool limited = options.limit && options.limit < group->count;
	const size_t shown = limited ? (size_t)options.limit : group->count;
	struct printing printing = { .field = field,
				     .group = group,
				     .measure = measure,
				     .of_rows = of_rows };
	struct table *out;

	memcpy(columns,
	       value_is_bugcheck(field) ? bugcheck_columns : value_columns,
	       sizeof(value_columns));
	measure_columns(columns + COLUMNS);
	mark_columns(marks, columns + MARKS);
	out = table_create(
		query->printer, query->out,
		text_printf(&query->arena, "Crashes by %s", field->name),
		columns, ALL_COLUMNS);
	printing.out = out;
	printing_begin(&printing);
	for (size_t i = 0; i < shown; i++)
		print_row(&printing, i);
	measure_tell(measure, out);
	say_totals(out, field, asked, group, shown);
	tell_totals(out, field, asked, group, shown);
	asked_note(asked, out);
	table_end(out);
	table_destroy(out);
}

/* What is known of the groups goes into the table with them. */
static enum status print_marked(struct query *query, const struct field *field,
				const struct asked *asked, struct group *group,
				const struct measure *measure,
				struct error *err)
{
	struct marks marks;
	struct mark *of_rows;
	enum status status;

	if (mark_open(query, &marks, err))
		return err->status;
	if (options.all)
		add_documented(&query->arena, group);
	status = mark_of_group(query, &marks, field, &asked->plan, group,
			       &of_rows, err);
	if (!status)
		print(query, field, asked, group, measure, &marks, of_rows);
	mark_close(&marks);
	return status;
}

static enum status freq_run(struct query *query, enum cli_exit *ret,
			    struct error *err)
{
	const struct field *field;
	struct asked asked;
	struct group group;
	struct measure measure;

	if (where_find_field(options.by, &field, err))
		return error_within(err, "--by");
	if (options.minidump_codes && value_is_bugcheck(field) &&
	    where_find_field("stopcode", &field, err))
		return err->status;
	if (options.all && !value_is_bugcheck(field))
		return error_set(err, STATUS_USAGE,
				 "--all: only bugchecks are documented");

	const bool pushed = push_freq_can(query, field);
	enum status status = pushed ? push_freq(query, field, options.min,
						&asked, &group, err)
				    : asked_make(query, &asked, err);

	if (status)
		return status;
	if (!pushed)
		status = group_make(query->store, field, &asked.plan,
				    options.min,
				    options.all ? 0 : (size_t)options.limit,
				    &query->arena, &group, err);
	if (!status)
		status = measure_make(query, group.with_value, &measure, err);
	if (!status) {
		*ret = group.count ? CLI_YES : CLI_NO;
		status = print_marked(query, field, &asked, &group, &measure,
				      err);
	}
	asked_deinit(&asked);
	return status;
}

const struct query_command freq_command = {
	.name = "freq",
	.usage = "[OPTION...] [FIELD=VALUE...]",
	.help = "how often each bugcheck, or each value of another field",
	.more = "Examples:\n"
		"  crashquery freq --by=fault bugcheck=d1 time=2026-11\n"
		"  crashquery freq --minidump-codes --all --format=csv\n\n"
		"Shares are of the crashes that have the field.  Live dumps "
		"and images made by\ntools are no crashes: they are counted "
		"apart, unless kind=kernel-live,\nflag=tool-made or "
		"--all-kinds asks for them.\n",
	.needs_store = true,
	.options = table,
	.run = freq_run,
};
