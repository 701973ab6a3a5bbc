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

static enum status print_rows(struct query *query, const struct field *fields,
			      struct table *out, struct error *err)
{
	const uint32_t rows = store_row_count(query->store);

	for (const struct field *f = fields; f->name; f++) {
		uint64_t crashes = 0;

		if (fields_count(query->store, f, &crashes, err))
			return err->status;

		const struct table_cell cells[COLUMNS] = {
			table_text_cell(f->name),
			table_count_cell(crashes),
			table_real_cell(rows ? (double)crashes / rows : 0),
			table_text_cell(f->help),
		};

		table_row(out, cells);
	}
	return STATUS_OK;
}

static enum status fields_run(struct query *query, enum cli_exit *ret,
			      struct error *err)
{
	if (query->operand_count)
		return error_set(err, STATUS_USAGE,
				 "%s: fields takes no filters",
				 query->operands[0]);

	struct table *out = table_create(query->printer, query->out, "Fields",
					 columns, COLUMNS);
	enum status status = print_rows(query, field_table, out, err);

	if (!status)
		status = print_rows(query, field_added(), out, err);
	if (!status) {
		table_fact(out, "crashes",
			   json_new_integer(store_row_count(query->store)));
		table_end(out);
		*ret = CLI_YES;
	}
	table_destroy(out);
	return status;
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
