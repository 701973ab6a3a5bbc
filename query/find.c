/*
 * find - which crashes match: a line each, the newest first.
 *
 * Times come from their column and only the crashes that are printed are read
 * from their records.  Crashes of one time are in order of their ids, those
 * without a time come last.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/cell.h"
#include "query/choose.h"
#include "query/count.h"
#include "query/greatest.h"
#include "query/mark.h"
#include "query/newest.h"
#include "query/push_find.h"
#include "query/query.h"
#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

static struct {
	uint64_t limit;
	uint64_t offset;
} options;

static const struct cli_option table[] = {
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the newest N crashes only" },
	{ "offset", 0, CLI_NUMBER, &options.offset, "N",
	  "pass over the newest N crashes" },
	CLI_END,
};

static const struct table_column columns[] = {
	{ "id", "id", TABLE_WORD, TABLE_ALL },
	{ "time", "time", TABLE_WORD, TABLE_ALL },
	{ "bugcheck", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "bugcheck_name", "bugcheck", TABLE_TEXT, TABLE_PEOPLE },
	{ "fault", "fault", TABLE_TEXT, TABLE_ALL },
	{ "cluster", "", TABLE_WORD, TABLE_PROGRAMS },
	{ "source", "source", TABLE_TEXT, TABLE_ALL | TABLE_SPARE },
};

enum {
	BASE = sizeof(columns) / sizeof(columns[0]),
	COLUMNS = BASE + MARK_COLUMNS
};

struct items {
	struct newest *at;
	size_t count;
	size_t room;
};

struct walk {
	struct store *store;
	const struct field *time;
	struct store_column times; /* of the chunk at hand */
	struct greatest newest;	   /* as many as are wanted; 0: all */
	struct items items;	   /* these, and some that were for a while */
};

static uint64_t when_of(const struct walk *walk, uint32_t row)
{
	const size_t at = row % STORE_CHUNK_ROWS;

	if (at >= walk->times.count ||
	    walk->times.numbers[at] == STORE_NO_NUMBER)
		return 0;
	return walk->times.numbers[at] + 1;
}

/* Times that tie with the last of the newest stay. */
static void leave_out_old(struct walk *walk)
{
	const uint64_t since = greatest_least(&walk->newest);
	struct items *items = &walk->items;
	size_t kept = 0;

	for (size_t i = 0; i < items->count; i++)
		if (items->at[i].when >= since)
			items->at[kept++] = items->at[i];
	items->count = kept;
}

static void make_room(struct walk *walk)
{
	struct items *items = &walk->items;

	leave_out_old(walk);
	if (items->count < items->room / 2)
		return;
	items->room = items->room * 2 + 256;
	items->at = must(realloc(items->at, items->room * sizeof(*items->at)));
}

static void collect(struct walk *walk, uint32_t row)
{
	const uint64_t when = when_of(walk, row);
	struct items *items = &walk->items;

	if (when < greatest_least(&walk->newest))
		return;
	greatest_add(&walk->newest, when);
	if (items->count == items->room)
		make_room(walk);
	items->at[items->count++] = (struct newest){ .when = when, .row = row };
}

/* Is every crash of the chunk older than what is kept anyway? */
static bool is_too_old(const struct walk *walk, uint32_t chunk)
{
	const uint64_t since = greatest_least(&walk->newest);
	struct store_range range;

	if (!walk->time || since == 0)
		return false;
	return !store_column_range(walk->store, walk->time, chunk, &range) ||
	       (range.most < UINT64_MAX && range.most + 1 < since);
}

/*
 * The last chunks first: what came in last mostly is the newest, and the rest
 * need not be read.
 */
static void walk_back(struct walk *walk, const struct plan *plan)
{
	for (uint32_t chunk = plan_chunks(plan); chunk--;) {
		size_t rows;
		const uint64_t *bits = plan_chunk(plan, chunk, &rows);

		if (!plan_has_any(plan, chunk) || is_too_old(walk, chunk))
			continue;
		if (!walk->time ||
		    !store_column_pick(walk->store, walk->time, chunk, bits,
				       &walk->times))
			walk->times.count = 0;
		for (size_t i = 0; i < rows; i += 64) {
			uint64_t word = bits[i / 64];

			for (; word; word &= word - 1)
				collect(walk, chunk * STORE_CHUNK_ROWS +
						      (uint32_t)i +
						      (uint32_t)__builtin_ctzll(
							      word));
		}
	}
}

/* The rows to print, in order, and some that ties brought along. */
static enum status select_rows(struct query *query, const struct plan *plan,
			       struct items *ret, struct error *err)
{
	struct walk walk = { .store = query->store,
			     .time = field_find("time") };

	if (options.limit && options.offset < plan->matched &&
	    options.limit < plan->matched - options.offset)
		greatest_init(&walk.newest,
			      (size_t)(options.limit + options.offset));
	walk_back(&walk, plan);
	leave_out_old(&walk);
	greatest_deinit(&walk.newest);
	if (newest_order(query->store, walk.items.at, walk.items.count, err)) {
		free(walk.items.at);
		return err->status;
	}
	*ret = walk.items;
	return STATUS_OK;
}

static void print_row(struct query *query, struct table *out,
		      const struct store_crash *crash, const char *cluster,
		      const struct mark *mark, struct arena *arena)
{
	char id[IDENTITY_TEXT_BYTES];

	identity_text(crash->identity, id);
	if (!out) {
		struct json *json = cell_json_of(crash, cluster);

		json_set(json, "known", mark_json(mark));
		json_print(json, query->out);
		fputc('\n', query->out);
		json_destroy(json);
		return;
	}

	struct table_cell cells[COLUMNS] = {
		table_text_cell(id),
		table_text_cell(cell_time(arena, &crash->crash)),
		table_text_cell(cell_bugcheck(arena, &crash->crash)),
		table_text_cell(cell_bugcheck_name(arena, &crash->crash)),
		table_text_cell(cell_fault(arena, &crash->crash)),
		table_text_cell(cluster),
		table_text_cell(cell_source(crash)),
	};

	mark_cells(arena, mark, cells + BASE);
	table_row(out, cells);
}

/* In JSON each crash is an object of its own, with all there is to it. */
static bool prints_lines(const struct query *query)
{
	return strcmp(query->printer->name, "json") != 0;
}

/* NULL where there are no lines. */
static struct table *begin_table(struct query *query, const struct marks *marks)
{
	struct table_column *all =
		arena_take(&query->arena, COLUMNS, sizeof(*all));

	if (!prints_lines(query))
		return NULL;
	memcpy(all, columns, sizeof(columns));
	mark_columns(marks, all + BASE);
	return table_create(query->printer, query->out, "Crashes", all,
			    COLUMNS);
}

static void end_table(struct query *query, struct table *out, uint64_t matched,
		      uint64_t printed)
{
	if (!out)
		return;
	table_note(
		out, "%" PRIu64 " crash%s%s", matched, matched == 1 ? "" : "es",
		printed < matched ? text_printf(&query->arena,
						", %" PRIu64 " shown", printed)
				  : "");
	table_end(out);
	table_destroy(out);
}

/* Of crashes that lie elsewhere many come at once. */
static void expect_rows(struct query *query, const struct items *items)
{
	uint32_t *rows;
	size_t count = 0;

	if (!store_crash_is_elsewhere(query->store))
		return;
	rows = must(calloc(items->count + 1, sizeof(*rows)));
	for (uint64_t i = options.offset; i < items->count; i++)
		if (!options.limit || count < options.limit)
			rows[count++] = items->at[i].row;
	store_crash_expect(query->store, rows, count);
	free(rows);
}

static enum status print_rows(struct query *query, const struct marks *marks,
			      const struct items *items, uint64_t matched,
			      struct error *err)
{
	struct table *out = begin_table(query, marks);
	const bool has_cluster = query->printer->reader & TABLE_PROGRAMS;
	struct store_crash crash;
	struct arena arena;
	uint64_t printed = 0;
	enum status status = STATUS_OK;

	expect_rows(query, items);
	arena_init(&arena);
	for (uint64_t i = options.offset; i < items->count && !status; i++) {
		const uint32_t row = items->at[i].row;
		const struct mark mark = mark_of_row(marks, row);

		if (options.limit && printed == options.limit)
			break;
		arena_reset(&arena);
		status = out ? store_crash_glance(query->store, row, &arena,
						  &crash, err)
			     : store_crash_read(query->store, row, &arena,
						&crash, err);
		if (!status)
			print_row(query, out, &crash,
				  has_cluster
					  ? cell_column(query->store, "cluster",
							row, &arena)
					  : NULL,
				  &mark, &arena);
		printed++;
	}
	arena_deinit(&arena);
	end_table(query, out, matched, printed);
	return status;
}

/* The server finds them, page by page; no list of issues lies beside it. */
static enum status print_pushed(struct query *query, struct push_find *find,
				struct error *err)
{
	const struct marks marks = { .issues = NULL };
	const struct mark none = { .issue = NULL };
	struct table *out = begin_table(query, &marks);
	const struct remote_crash *crash;
	struct arena arena;
	uint64_t printed = 0;
	enum status status;

	arena_init(&arena);
	while (!(status = push_find_next(find, &crash, err)) && crash) {
		arena_reset(&arena);
		print_row(query, out, &crash->crash, crash->cluster, &none,
			  &arena);
		printed++;
	}
	arena_deinit(&arena);
	end_table(query, out, find->matched, printed);
	return status;
}

static enum status run_pushed(struct query *query, const struct where *where,
			      enum cli_exit *ret, struct error *err)
{
	struct push_find find;
	enum status status;

	if (push_find_begin(query->store, where, prints_lines(query),
			    options.offset, options.limit, &query->arena, &find,
			    err))
		return err->status;
	status = print_pushed(query, &find, err);
	push_find_end(&find);
	*ret = find.matched > options.offset ? CLI_YES : CLI_NO;
	return status;
}

static enum status run_here(struct query *query, const struct where *where,
			    enum cli_exit *ret, struct error *err)
{
	struct plan plan;
	struct marks marks;
	struct items items = { NULL, 0, 0 };

	if (mark_open(query, &marks, err))
		return err->status;

	enum status status = choose_rows(query->store, where, &plan, err);

	if (status) {
		mark_close(&marks);
		return status;
	}
	status = select_rows(query, &plan, &items, err);
	if (!status)
		status = print_rows(query, &marks, &items, plan.matched, err);
	if (!status)
		*ret = plan.matched > options.offset ? CLI_YES : CLI_NO;
	free(items.at);
	plan_deinit(&plan);
	mark_close(&marks);
	return status;
}

/* Whole crashes come in larger pages where their order is known beforehand. */
static bool is_pushed(const struct query *query)
{
	return prints_lines(query) ||
	       (options.limit && options.limit <= PUSH_FIND_CRASHES);
}

static enum status find_run(struct query *query, enum cli_exit *ret,
			    struct error *err)
{
	struct where where;

	if (where_parse(query->operands, query->operand_count, &query->arena,
			&where, err))
		return err->status;
	return push_can_all(query->store, &where) && is_pushed(query)
		       ? run_pushed(query, &where, ret, err)
		       : run_here(query, &where, ret, err);
}

const struct query_command find_command = {
	.name = "find",
	.usage = "[OPTION...] [FIELD=VALUE...]",
	.help = "which crashes match, the newest first",
	.more = "Examples:\n"
		"  crashquery find bugcheck=9f,d1 uptime=..1h\n"
		"  crashquery find driver='xen*' 'fault!=nt' --limit=20\n"
		"  crashquery find frame=ks.sys+0x1ae9 --format=json\n\n"
		"All kinds of dumps are found, live ones too.  JSON is one "
		"object a line.\n",
	.needs_store = true,
	.options = table,
	.run = find_run,
};
