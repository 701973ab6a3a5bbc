/*
 * fields - every word of the where-language, and how many crashes carry it.
 */
#include "query/fields.h"

#include "query/choose.h"

static const struct table_column columns[] = {
	{ "field", "field", TABLE_WORD, TABLE_ALL },
	{ "crashes", "crashes", TABLE_COUNT, TABLE_ALL },
	{ "share", "share", TABLE_SHARE, TABLE_ALL },
	{ "help", "", TABLE_WORD, TABLE_ALL },
};

enum {
	COLUMNS = sizeof(columns) / sizeof(columns[0])
};

/* Sources and ingest times are stated for every crash. */
enum status fields_count(struct store *store, const struct field *field,
			 uint64_t *ret, struct error *err)
{
	struct where_value any = { .form = WHERE_ANY };
	struct where_test test = { .field = field, .values = &any, .count = 1 };
	const struct where where = { .tests = &test, .count = 1 };
	struct plan plan;

	if (field->index == FIELD_NONE) {
		*ret = store_row_count(store);
		return STATUS_OK;
	}
	if (choose_rows(store, &where, &plan, err))
		return err->status;
	*ret = plan.matched;
	plan_deinit(&plan);
	return STATUS_OK;
}

static enum status count_rows(struct query *query, const struct field *fields,
			      uint64_t *counts, struct error *err)
{
	for (size_t i = 0; fields[i].name; i++) {
		counts[i] = 0;
		if (fields_count(query->store, &fields[i], &counts[i], err))
			return err->status;
	}
	return STATUS_OK;
}

static void print_rows(struct query *query, const struct field *fields,
		       const uint64_t *counts, struct table *out)
{
	const uint32_t rows = store_row_count(query->store);

	for (size_t i = 0; fields[i].name; i++) {
		const struct table_cell cells[COLUMNS] = {
			table_text_cell(fields[i].name),
			table_count_cell(counts[i]),
			table_real_cell(rows ? (double)counts[i] / rows : 0),
			table_text_cell(fields[i].help),
		};

		table_row(out, cells);
	}
}

static size_t how_many(const struct field *fields)
{
	size_t count = 0;

	while (fields[count].name)
		count++;
	return count;
}

static enum status fields_run(struct query *query, enum cli_exit *ret,
			      struct error *err)
{
	if (query->operand_count)
		return error_set(err, STATUS_USAGE,
				 "%s: fields takes no filters",
				 query->operands[0]);

	const struct field *added = field_added();
	const size_t own = how_many(field_table);
	uint64_t *counts = arena_take(&query->arena, own + how_many(added) + 1,
				      sizeof(*counts));
	struct table *out;

	/* A list that makes no sense is met before anything is printed. */
	if (count_rows(query, field_table, counts, err) ||
	    count_rows(query, added, counts + own, err))
		return err->status;
	out = table_create(query->printer, query->out, "Fields", columns,
			   COLUMNS);
	print_rows(query, field_table, counts, out);
	print_rows(query, added, counts + own, out);
	table_fact(out, "crashes",
		   json_new_integer(store_row_count(query->store)));
	table_end(out);
	table_destroy(out);
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct query_command fields_command = {
	.name = "fields",
	.usage = "[OPTION...]",
	.help = "every field with an example, and how many crashes carry it",
	.more = "Filters:\n"
		"  field=value  field=a,b  field!=value  field=gl?b*\n"
		"  number=a..b  number=..b  time=2026-11-01..2026-11-07\n"
		"  field=* has the field, field!=* does not\n",
	.needs_store = true,
	.run = fields_run,
};
