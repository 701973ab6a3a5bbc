/*
 * coverage - what became of everything that was ever handed in, and how much
 * of each field the crashes carry.
 */
#include <inttypes.h>
#include <string.h>

#include "query/fields.h"
#include "query/query.h"
#include "signatures/base/text.h"

static const struct table_column columns[] = {
	{ "what", "", TABLE_WORD, TABLE_ALL }, /* outcome, refused or field */
	{ "name", "", TABLE_WORD, TABLE_ALL },
	{ "count", "count", TABLE_COUNT, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "bar", "", TABLE_BAR, TABLE_PEOPLE },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0])
};

static void print_row(struct table *out, const char *what, const char *name,
		      uint64_t count, uint64_t all)
{
	const double share = all ? (double)count / (double)all : 0;
	const struct table_cell cells[COLUMNS] = {
		table_text_cell(what),	 table_text_cell(name),
		table_count_cell(count), table_real_cell(share),
		table_real_cell(share),
	};

	table_row(out, cells);
}

static uint64_t refused_in(const struct store_tally *tally)
{
	uint64_t refused = 0;

	for (size_t i = 0; i < STATUS_COUNT; i++)
		refused += tally->refused[i];
	return refused;
}

/* The summary line of crashindex, for the life of the store. */
static const char *summary(struct arena *arena, const struct store_tally *tally)
{
	const uint64_t refused = refused_in(tally);
	const char *line = text_printf(
		arena,
		"%" PRIu64 " indexed, %" PRIu64 " duplicate, %" PRIu64
		" same crash, %" PRIu64 " refused",
		tally->indexed, tally->duplicate, tally->same_crash, refused);
	const char *separator = " (";

	for (size_t i = 0; error_reason(i); i++) {
		const enum status reason = error_reason(i);

		if (!tally->refused[reason])
			continue;
		line = text_printf(arena, "%s%s%s %" PRIu64, line, separator,
				   error_name(reason), tally->refused[reason]);
		separator = ", ";
	}
	return refused ? text_printf(arena, "%s)", line) : line;
}

static void print_tally(struct table *out, const struct store_tally *tally)
{
	const uint64_t all = tally->indexed + tally->duplicate +
			     tally->same_crash + refused_in(tally);

	print_row(out, "outcome", "indexed", tally->indexed, all);
	print_row(out, "outcome", "duplicate", tally->duplicate, all);
	print_row(out, "outcome", "same crash", tally->same_crash, all);
	for (size_t i = 0; error_reason(i); i++) {
		const enum status reason = error_reason(i);

		if (tally->refused[reason])
			print_row(out, "refused", error_name(reason),
				  tally->refused[reason], all);
	}
}

static enum status print_fields(struct query *query, struct table *out,
				struct error *err)
{
	const uint32_t rows = store_row_count(query->store);

	for (const struct field *f = field_table; f->name; f++) {
		uint64_t crashes = 0;

		if (fields_count(query->store, f, &crashes, err))
			return err->status;
		print_row(out, "field", f->name, crashes, rows);
	}
	return STATUS_OK;
}

static enum status coverage_run(struct query *query, enum cli_exit *ret,
				struct error *err)
{
	struct store_tally tally;

	if (query->operand_count)
		return error_set(err, STATUS_USAGE,
				 "%s: coverage takes no filters",
				 query->operands[0]);
	if (store_tally_read(query->store, &tally, err))
		return err->status;

	struct table *out = table_create(query->printer, query->out, "Coverage",
					 columns, COLUMNS);
	const char *line = summary(&query->arena, &tally);

	print_tally(out, &tally);

	const enum status status = print_fields(query, out, err);

	if (!status) {
		table_note(out, "%s", line);
		table_fact(out, "summary", json_new_text(line));
		table_fact(out, "crashes",
			   json_new_integer(store_row_count(query->store)));
		table_fact(out, "archives",
			   json_new_integer((int64_t)tally.archives));
		table_end(out);
		*ret = CLI_YES;
	}
	table_destroy(out);
	return status;
}

const struct query_command coverage_command = {
	.name = "coverage",
	.usage = "[OPTION...]",
	.help = "what was indexed and refused, and what the crashes carry",
	.needs_store = true,
	.run = coverage_run,
};
