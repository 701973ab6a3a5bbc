/*
 * suspects - machines whose hardware is to be doubted.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/factor.h"
#include "query/mark.h"
#include "query/query.h"
#include "query/suspect.h"
#include "signatures/base/text.h"

static struct {
	uint64_t limit;
	bool all;
} options;

static const struct cli_option table[] = {
	{ "all", 0, CLI_FLAG, &options.all, NULL,
	  "also machines that are like the others" },
	{ "limit", 'n', CLI_NUMBER, &options.limit, "N",
	  "the first N rows only" },
	CLI_END,
};

static const struct table_column columns[] = {
	{ "rank", "", TABLE_COUNT, TABLE_ALL },
	{ "machine", "machine", TABLE_WORD, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "score", "score", TABLE_REAL, TABLE_ALL },
	{ "q", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "entropy", "", TABLE_REAL, TABLE_PROGRAMS },
	{ "own_ways", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "ways", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "one_bit", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "memory", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "reported", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "early", "", TABLE_COUNT, TABLE_PROGRAMS },
	{ "reasons", "reasons (expected, were it like the others)", TABLE_WORD,
	  TABLE_ALL | TABLE_FOLDED },
};

enum {
	BASE = sizeof(columns) / sizeof(columns[0]),
	COLUMNS = BASE + MARK_COLUMNS
};

static void print_row(struct query *query, struct table *out,
		      const struct suspect *machine, const struct mark *mark)
{
	struct table_cell cells[COLUMNS] = {
		table_count_cell(out->row_count + 1),
		table_text_cell(text_printf(&query->arena, "%016" PRIx64,
					    machine->machine)),
		table_count_cell(machine->crashes),
		table_real_cell(machine->score),
		table_real_cell(machine->q),
		table_real_cell(machine->entropy),
		table_count_cell(machine->signs[SUSPECT_OWN_WAYS]),
		table_count_cell(machine->signs[SUSPECT_MANY_WAYS]),
		table_count_cell(machine->signs[SUSPECT_ONE_BIT]),
		table_count_cell(machine->signs[SUSPECT_MEMORY]),
		table_count_cell(machine->signs[SUSPECT_REPORTED]),
		table_count_cell(machine->signs[SUSPECT_EARLY]),
		table_text_cell(suspect_reasons(machine, &query->arena)),
	};

	mark_cells(&query->arena, mark, cells + BASE);
	table_row(out, cells);
}

/* How often each sign is seen at all. */
static void tell_base(struct table *out, const struct suspect *machines,
		      size_t count)
{
	struct json *json = json_new_object();
	uint64_t crashes = 0;

	for (size_t i = 0; i < count; i++)
		crashes += machines[i].crashes;
	for (enum suspect_sign sign = 0; sign < SUSPECT_SIGNS; sign++) {
		static const char *const keys[SUSPECT_SIGNS] = {
			"own_ways", "ways",	"one_bit",
			"memory",   "reported", "early"
		};
		uint64_t seen = 0;

		for (size_t i = 0; i < count; i++)
			seen += machines[i].signs[sign];
		json_set(json, keys[sign], json_new_integer((int64_t)seen));
		if (seen && sign != SUSPECT_MANY_WAYS)
			table_note(out, "in the fleet: %" PRIu64 " %s", seen,
				   suspect_sign_words(sign, seen));
	}
	table_fact(out, "base", json);
	table_fact(out, "crashes", json_new_integer((int64_t)crashes));
	table_note(out,
		   "%" PRIu64
		   " crash%s on %zu machine%s that can be told apart",
		   crashes, crashes == 1 ? "" : "es", count,
		   count == 1 ? "" : "s");
}

static struct table *begin_table(struct query *query, const struct marks *marks)
{
	struct table_column *all =
		arena_take(&query->arena, COLUMNS, sizeof(*all));

	memcpy(all, columns, sizeof(columns));
	mark_columns(marks, all + BASE);
	return table_create(query->printer, query->out,
			    "Machines whose hardware is in doubt", all,
			    COLUMNS);
}

/* With the known issue that each machine's crashes belong to. */
static enum status print_rows(struct query *query, struct table *out,
			      const struct marks *marks,
			      const struct suspect *machines, size_t count,
			      struct error *err)
{
	uint32_t *terms;
	struct plan all, known;
	struct factor_index index;

	if (suspect_crashes(query->store, &all, err))
		return err->status;
	known = mark_known(query->store, marks, &all);
	terms = factor_terms(query->store, "machine");
	index = factor_index_make(&known, terms,
				  factor_bound(terms, known.row_count));
	for (size_t i = 0; i < count && (!options.limit || i < options.limit);
	     i++) {
		const uint32_t first = index.first[machines[i].term];
		struct mark mark =
			mark_of_rows(marks, index.rows + first,
				     index.first[machines[i].term + 1] - first);

		mark.of = machines[i].crashes;
		print_row(query, out, &machines[i], &mark);
	}
	factor_index_deinit(&index);
	free(terms);
	plan_deinit(&known);
	plan_deinit(&all);
	return STATUS_OK;
}

static void say_all(struct table *out, const struct suspect *machines,
		    size_t count, size_t suspects)
{
	table_fact(out, "suspects", json_new_integer((int64_t)suspects));
	table_fact(out, "machines", json_new_integer((int64_t)count));
	table_note(out,
		   "%zu machine%s in doubt at a false discovery rate of "
		   "%g",
		   suspects, suspects == 1 ? "" : "s", SUSPECT_Q);
	tell_base(out, machines, count);
	table_end(out);
}

static enum status suspects_run(struct query *query, enum cli_exit *ret,
				struct error *err)
{
	struct suspect *machines;
	struct marks marks;
	struct table *out;
	size_t count;
	size_t suspects = 0;
	enum status status;

	if (query->operand_count)
		return error_set(err, STATUS_USAGE,
				 "%s: suspects looks at the whole store, "
				 "without filters",
				 query->operands[0]);
	if (suspect_gather(query, &machines, &count, err) ||
	    mark_open(query, &marks, err))
		return err->status;
	while (suspects < count && machines[suspects].q <= SUSPECT_Q)
		suspects++;
	out = begin_table(query, &marks);
	status = print_rows(query, out, &marks, machines,
			    options.all ? count : suspects, err);
	mark_close(&marks);
	if (!status)
		say_all(out, machines, count, suspects);
	table_destroy(out);
	*ret = suspects ? CLI_YES : CLI_NO;
	return status;
}

const struct query_command suspects_command = {
	.name = "suspects",
	.usage = "[OPTION...]",
	.help = "machines whose hardware is to be doubted, and why",
	.more = "A suspicion with its reasons, not a verdict.  Software fails "
		"alike on many\nmachines; failing hardware in many unrelated "
		"ways on one.  Counting commands\nleave these machines out "
		"with --without-suspects.\n",
	.needs_store = true,
	.options = table,
	.run = suspects_run,
};
