#include "query/mark.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/count.h"
#include "query/factor.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"

enum status mark_open(struct query *query, struct marks *ret, struct error *err)
{
	struct marks marks = { .row_count = 0 };

	if (known_read(query->store, query->store_path, &query->arena,
		       &marks.known, err))
		return err->status;
	if (marks.known.count) {
		marks.row_count = marks.known.issues[0].plan.row_count;
		marks.issues = must(calloc((size_t)marks.row_count + 1,
					   sizeof(*marks.issues)));
		known_label(&marks.known, marks.issues);
	}
	*ret = marks;
	return STATUS_OK;
}

void mark_close(struct marks *marks)
{
	free(marks->issues);
	known_deinit(&marks->known);
}

/* Counts of one issue while a group is looked through. */
struct tally {
	uint64_t crashes, regressed;
};

static bool is_worse(const struct tally *a, const struct tally *b)
{
	return a->regressed != b->regressed ? a->regressed > b->regressed
					    : a->crashes > b->crashes;
}

struct mark mark_of_rows(const struct marks *marks, const uint32_t *rows,
			 size_t count)
{
	struct mark mark = { .of = count };
	struct tally *tallies;
	size_t worst = 0;

	if (!marks->issues)
		return mark;
	tallies = must(calloc(marks->known.count + 1, sizeof(*tallies)));
	for (size_t i = 0; i < count; i++) {
		const size_t place = marks->issues[rows[i]];

		if (place == 0)
			continue;
		tallies[place].crashes++;
		tallies[place].regressed += count_bit(
			marks->known.issues[place - 1].after.bits, rows[i]);
	}
	for (size_t i = 1; i <= marks->known.count; i++) {
		if (is_worse(&tallies[i], &tallies[worst]))
			worst = i;
	}
	if (worst) {
		mark.issue = &marks->known.issues[worst - 1];
		mark.crashes = tallies[worst].crashes;
		mark.regressed = tallies[worst].regressed;
	}
	free(tallies);
	return mark;
}

struct listing {
	uint32_t *rows;
	size_t count;
};

static bool list_row(void *closure, uint32_t row)
{
	struct listing *listing = closure;

	listing->rows[listing->count++] = row;
	return true;
}

struct mark mark_of_plan(const struct marks *marks, const struct plan *plan)
{
	struct listing listing = { .count = 0 };
	struct mark mark = { .of = plan->matched };

	if (!marks->issues)
		return mark;
	listing.rows =
		must(malloc((plan->matched + 1) * sizeof(*listing.rows)));
	plan_walk(plan, list_row, &listing);
	mark = mark_of_rows(marks, listing.rows, listing.count);
	free(listing.rows);
	return mark;
}

struct mark mark_of_row(const struct marks *marks, uint32_t row)
{
	return mark_of_rows(marks, &row, 1);
}

/* A group's row and where it stands, to be found by its value. */
struct place {
	struct field_value value;
	size_t at;
};

static int compare_values(struct field_value a, struct field_value b)
{
	if (a.text && b.text)
		return strcmp(a.text, b.text);
	if (a.text || b.text)
		return a.text ? 1 : -1;
	return (a.number > b.number) - (a.number < b.number);
}

static int by_value(const void *left, const void *right)
{
	const struct place *a = left;
	const struct place *b = right;

	return compare_values(a->value, b->value);
}

struct grouping {
	const struct marks *marks;
	struct place *places;
	size_t count;
	struct mark *ret;
};

static void take_value(void *closure, const struct store_term *term,
		       const uint32_t *rows, size_t count)
{
	struct grouping *grouping = closure;
	const struct place wanted = { .value = term->value };
	const struct place *place =
		bsearch(&wanted, grouping->places, grouping->count,
			sizeof(*grouping->places), by_value);

	if (place)
		grouping->ret[place->at] =
			mark_of_rows(grouping->marks, rows, count);
}

struct plan mark_known(struct store *store, const struct marks *marks,
		       const struct plan *plan)
{
	struct plan all = plan_none(store);

	for (size_t i = 0; i < marks->known.count; i++)
		plan_join(&all, &marks->known.issues[i].plan);
	plan_keep(&all, plan);
	return all;
}

enum status mark_of_group(struct query *query, const struct marks *marks,
			  const struct field *field, const struct plan *plan,
			  const struct group *group, struct mark **ret,
			  struct error *err)
{
	struct arena *arena = &query->arena;
	struct mark *all;
	struct place *places;
	struct error none;

	*ret = NULL;
	if (!marks->issues || group->count == 0)
		return STATUS_OK;
	all = arena_take(arena, group->count, sizeof(*all));
	places = arena_take(arena, group->count, sizeof(*places));

	struct grouping grouping = { marks, places, group->count, all };

	*ret = all;
	for (size_t i = 0; i < group->count; i++)
		places[i] = (struct place){ group->rows[i].value, i };
	qsort(places, group->count, sizeof(*places), by_value);

	struct plan known = mark_known(query->store, marks, plan);
	enum status status = factor_each(query->store, field, &known, arena,
					 take_value, &grouping, &none);

	if (status && status != STATUS_USAGE)
		error_set(err, status, "%s", none.text);
	else
		status = STATUS_OK;
	plan_deinit(&known);
	for (size_t i = 0; i < group->count; i++)
		all[i].of = group->rows[i].crashes;
	return status;
}

static const char *issue_text(struct arena *arena,
			      const struct known_issue *issue)
{
	return text_printf(arena, "%s%s%s", issue->ticket,
			   *issue->ticket ? " " : "", issue->title);
}

const char *mark_text(struct arena *arena, const struct mark *mark)
{
	const char *text;

	if (!mark->issue)
		return NULL;
	text = issue_text(arena, mark->issue);
	if (mark->regressed && mark->of > 1)
		return text_printf(arena,
				   "regression: %s (%" PRIu64 " with the fix)",
				   text, mark->regressed);
	if (mark->regressed)
		return text_printf(arena, "regression: %s", text);
	return mark->crashes == mark->of
		       ? text
		       : text_printf(arena, "%s (%" PRIu64 " of %" PRIu64 ")",
				     text, mark->crashes, mark->of);
}

struct json *mark_json(const struct mark *mark)
{
	struct json *json;

	if (!mark->issue)
		return json_new_null();
	json = json_new_object();
	json_set(json, "title", json_new_text(mark->issue->title));
	json_set(json, "ticket", json_new_text(mark->issue->ticket));
	json_set(json, "regressed", json_new_bool(mark->regressed > 0));
	return json;
}

void mark_note(struct arena *arena, const struct mark *mark,
	       struct table *table)
{
	table_fact(table, "known", mark_json(mark));
	if (mark->issue)
		table_note(table, "%s%s",
			   mark->regressed ? "" : "known issue: ",
			   mark_text(arena, mark));
}

void mark_columns(const struct marks *marks,
		  struct table_column ret[MARK_COLUMNS])
{
	static const struct table_column columns[MARK_COLUMNS] = {
		{ "mark", "known issue", TABLE_TEXT, TABLE_PEOPLE },
		{ "known", "", TABLE_TEXT, TABLE_PROGRAMS },
		{ "ticket", "", TABLE_TEXT, TABLE_PROGRAMS },
		{ "known_crashes", "", TABLE_COUNT, TABLE_PROGRAMS },
		{ "regressed", "", TABLE_COUNT, TABLE_PROGRAMS },
	};

	memcpy(ret, columns, sizeof(columns));
	for (size_t i = 0; i < MARK_COLUMNS && !marks->known.count; i++)
		ret[i].reader =
			ret[i].reader == TABLE_PEOPLE ? 0 : TABLE_DETAILS;
}

void mark_cells(struct arena *arena, const struct mark *mark,
		struct table_cell ret[MARK_COLUMNS])
{
	const char *text = mark_text(arena, mark);

	ret[0] = table_text_cell(text ? text : "");
	ret[1] = table_text_cell(mark->issue ? mark->issue->title : NULL);
	ret[2] = table_text_cell(mark->issue ? mark->issue->ticket : NULL);
	ret[3] = table_count_cell(mark->crashes);
	ret[4] = table_count_cell(mark->regressed);
}
