/*
 * different - what would move if the lists beside the store were those of
 * another folder: clusters by hand, noise, blame, known issues.  Writes
 * nothing.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/factor.h"
#include "query/intern.h"
#include "query/known.h"
#include "query/query.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/settle.h"

static const struct table_column columns[] = {
	{ "what", "", TABLE_WORD, TABLE_ALL },
	{ "from", "from", TABLE_TEXT, TABLE_ALL },
	{ "to", "to", TABLE_TEXT, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
};

/* Crashes that go from here to there; 0 = to or from nowhere. */
struct move {
	uint64_t from, to, crashes;
};

static int by_ends(const void *left, const void *right)
{
	const struct move *a = left;
	const struct move *b = right;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

static int by_crashes(const void *left, const void *right)
{
	const struct move *a = left;
	const struct move *b = right;

	if (a->crashes != b->crashes)
		return a->crashes > b->crashes ? -1 : 1;
	return by_ends(left, right);
}

/* Equal moves become one; those that go nowhere are dropped. */
static size_t add_up(struct move *moves, size_t count)
{
	size_t kept = 0;

	if (count > 1)
		qsort(moves, count, sizeof(*moves), by_ends);
	for (size_t i = 0; i < count; i++) {
		if (moves[i].from == moves[i].to)
			continue;
		if (kept && by_ends(&moves[kept - 1], &moves[i]) == 0)
			moves[kept - 1].crashes++;
		else
			moves[kept++] = moves[i];
	}
	if (kept > 1)
		qsort(moves, kept, sizeof(*moves), by_crashes);
	return kept;
}

static struct move *take_moves(struct store *store)
{
	struct move *moves = must(
		calloc((size_t)store_row_count(store) + 1, sizeof(*moves)));

	return moves;
}

static void print_move(struct table *out, const char *what, const char *from,
		       const char *to, uint64_t crashes)
{
	const struct table_cell cells[] = {
		table_text_cell(what),
		table_text_cell(from),
		table_text_cell(to),
		table_count_cell(crashes),
	};

	table_row(out, cells);
}

/* Ends are numbers from 1 on, each with a name. */
static void print_moves(struct table *out, const char *what,
			const struct move *moves, size_t count,
			const char *const *names)
{
	for (size_t i = 0; i < count; i++)
		print_move(out, what,
			   moves[i].from ? names[moves[i].from - 1] : NULL,
			   moves[i].to ? names[moves[i].to - 1] : NULL,
			   moves[i].crashes);
}

static const char *id_text(struct arena *arena, uint64_t id)
{
	return id ? text_printf(arena, "%012" PRIx64, id) : NULL;
}

static enum status print_clusters(struct query *query, struct table *out,
				  const char *lists, struct error *err)
{
	struct settle_places places;
	uint32_t *terms;
	struct move *moves;
	size_t count;

	if (settle_places(query->store, lists, &places, err))
		return err->status;
	terms = factor_terms(query->store, "cluster");
	moves = take_moves(query->store);
	for (size_t i = 0; i < places.count; i++) {
		const char *now =
			factor_text(query->store, "cluster",
				    terms[places.at[i].row], &query->arena);

		moves[i] = (struct move){ 0, places.at[i].cluster, 1 };
		if (!text_parse_hex(now, &moves[i].from))
			moves[i].from = 0;
	}
	count = add_up(moves, places.count);
	for (size_t i = 0; i < count; i++)
		print_move(
			out, "cluster", id_text(&query->arena, moves[i].from),
			id_text(&query->arena, moves[i].to), moves[i].crashes);
	free(moves);
	free(terms);
	settle_places_deinit(&places);
	return STATUS_OK;
}

static uint64_t number_of_module(struct intern *names, const char *module)
{
	return module ? intern_number(names, (struct field_value){ module, 0 })
		      : 0;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/*
 * Names in order, and moves by their place in it: rows came in any order.
 * names has one a number of intern.
 */
static void order_names(const struct intern *intern, const char **names,
			struct move *moves, size_t count)
{
	const size_t name_count = intern_count(intern);
	uint64_t *places = must(calloc(name_count + 1, sizeof(*places)));

	for (size_t i = 0; i < name_count; i++)
		names[i] = intern_value(intern, (uint32_t)i + 1).text;
	if (name_count > 1)
		qsort(names, name_count, sizeof(*names), by_name);
	for (size_t i = 1; i <= name_count; i++) {
		const char *name = intern_value(intern, (uint32_t)i).text;
		const char **at = bsearch(&name, names, name_count,
					  sizeof(*names), by_name);

		places[i] = (uint64_t)(at - names) + 1;
	}
	for (size_t i = 0; i < count; i++) {
		moves[i].from = places[moves[i].from];
		moves[i].to = places[moves[i].to];
	}
	free(places);
}

/* Whom each crash blames, and whom it would. */
static enum status take_blame(struct store *store,
			      const struct overrides *overrides,
			      struct intern *names, struct move *moves,
			      struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (uint32_t row = 0; row < store_row_count(store) && !status; row++) {
		struct store_crash crash;

		status = store_crash_read(store, row, &arena, &crash, err);
		if (!status) {
			moves[row].crashes = 1;
			moves[row].from = number_of_module(
				names, crash.crash.fault.module);
			overrides_blame(overrides, &crash.crash);
			moves[row].to = number_of_module(
				names, crash.crash.fault.module);
		}
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

static enum status print_blame(struct query *query, struct table *out,
			       const char *lists, struct error *err)
{
	const uint32_t rows = store_row_count(query->store);
	struct overrides *overrides;
	struct intern *intern;
	const char **names;
	struct move *moves;
	size_t count = 0;
	enum status status;

	if (overrides_read(lists, &overrides, err))
		return err->status;
	intern = intern_create();
	moves = take_moves(query->store);
	status = take_blame(query->store, overrides, intern, moves, err);
	names = arena_take(&query->arena, intern_count(intern) + 1,
			   sizeof(*names));
	if (!status) {
		order_names(intern, names, moves, rows);
		count = add_up(moves, rows);
	}
	print_moves(out, "blame", moves, count, names);
	free(moves);
	intern_destroy(intern);
	overrides_destroy(overrides);
	return status;
}

/* Issues of both lists by their titles: numbers from 1 on. */
static uint64_t number_of(const struct known_issue *issue, const char **titles,
			  size_t *count)
{
	if (!issue)
		return 0;
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(titles[i], issue->title) == 0)
			return i + 1;
	}
	titles[(*count)++] = issue->title;
	return *count;
}

static void print_known(struct query *query, struct table *out,
			const struct known *now, const struct known *then)
{
	const uint32_t rows = store_row_count(query->store);
	const char **titles = arena_take(
		&query->arena, now->count + then->count + 1, sizeof(*titles));
	struct move *moves = take_moves(query->store);
	size_t title_count = 0;
	size_t count;

	for (uint32_t row = 0; row < rows; row++) {
		bool regressed;

		moves[row] = (struct move){
			number_of(known_find(now, row, &regressed), titles,
				  &title_count),
			number_of(known_find(then, row, &regressed), titles,
				  &title_count),
			1
		};
	}
	count = add_up(moves, rows);
	print_moves(out, "known issue", moves, count, titles);
	free(moves);
}

static enum status print_issues(struct query *query, struct table *out,
				const char *lists, struct error *err)
{
	struct known now;
	struct known then;

	if (known_read(query->store, query->store_path, &query->arena, &now,
		       err))
		return err->status;
	if (known_read(query->store, lists, &query->arena, &then, err)) {
		known_deinit(&now);
		return err->status;
	}
	print_known(query, out, &now, &then);
	known_deinit(&now);
	known_deinit(&then);
	return STATUS_OK;
}

static enum status different_run(struct query *query, enum cli_exit *ret,
				 struct error *err)
{
	enum status status;

	if (query->operand_count != 1)
		return error_set(err, STATUS_USAGE,
				 "different from what? one folder of lists");
	if (access(query->operands[0], X_OK))
		return error_set(err, STATUS_IO, "%s: %s", query->operands[0],
				 strerror(errno));

	const char *lists = query->operands[0];
	struct table *out =
		table_create(query->printer, query->out,
			     "What other lists would move", columns, 4);

	status = print_clusters(query, out, lists, err);
	if (!status)
		status = print_blame(query, out, lists, err);
	if (!status)
		status = print_issues(query, out, lists, err);
	if (!status) {
		*ret = out->row_count ? CLI_YES : CLI_NO;
		if (!out->row_count)
			table_note(out, "nothing would move");
		table_end(out);
	}
	table_destroy(out);
	return status;
}

const struct query_command different_command = {
	.name = "different",
	.usage = "LISTDIR",
	.help = "what other lists (noise, blame, merge, known) would move",
	.more = "LISTDIR has lists as they lie beside the store: known-issues, "
		"never-blame,\nnoise, split, merge.  Nothing is written.\n\n"
		"Examples:\n"
		"  cp -r crash-store/merge crash-store/known-issues lists/\n"
		"  crashquery different lists\n"
		"  crashquery --different-only=lists        the same\n",
	.needs_store = true,
	.run = different_run,
};
