/*
 * show - everything known about one crash.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "query/cell.h"
#include "query/choose.h"
#include "query/mark.h"
#include "query/named.h"
#include "query/page.h"
#include "query/query.h"
#include "query/value.h"
#include "query/wrapped.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"

static struct page_options options;

static const struct cli_option table[] = {
	{ "modules", 0, CLI_FLAG, &options.modules, NULL,
	  "base, size and build of Windows' modules too" },
	{ "words", 0, CLI_FLAG, &options.words, NULL,
	  "words on the stack that may be return addresses" },
	CLI_END,
};

static void print_json(struct query *query, uint32_t row,
		       const struct store_crash *crash, const struct mark *mark)
{
	struct json *json = cell_json(query->store, row, crash, &query->arena);

	json_set(json, "known", mark_json(mark));
	json_print(json, query->out);
	fputc('\n', query->out);
	json_destroy(json);
}

/* CSV: a line for each value of each field. */
struct values {
	struct table *out;
	const struct field *field;
	struct arena *arena;
};

static void print_value(void *closure, struct field_value value)
{
	struct values *values = closure;
	const struct table_cell cells[] = {
		table_text_cell(values->field->name),
		table_text_cell(
			value_text(values->arena, values->field, value)),
	};

	table_row(values->out, cells);
}

static void print_values(struct query *query, struct table *out, uint32_t row,
			 const struct store_crash *crash,
			 const struct mark *mark)
{
	struct values values = { .out = out, .arena = &query->arena };
	char id[IDENTITY_TEXT_BYTES];

	identity_text(crash->identity, id);
	table_row(out, (struct table_cell[]){ table_text_cell("id"),
					      table_text_cell(id) });
	if (mark->issue)
		table_row(out, (struct table_cell[]){
				       table_text_cell("known"),
				       table_text_cell(mark_text(&query->arena,
								 mark)) });
	for (const struct field *f = field_table; f->name; f++) {
		values.field = f;
		choose_values(f, crash, print_value, &values);
		if (!f->values && f->index == FIELD_COLUMN) {
			const char *text = cell_column(query->store, f->name,
						       row, &query->arena);

			if (text)
				print_value(&values, (struct field_value){
							     .text = text });
		}
	}
}

static void print_page(struct query *query, uint32_t row,
		       const struct store_crash *crash, const struct mark *mark)
{
	page_print(query->out, crash,
		   cell_column(query->store, "cluster", row, &query->arena),
		   mark, &options, &query->arena);
}

static enum status show_one(struct query *query, struct table *csv,
			    const struct marks *marks, const char *word,
			    bool *found, struct error *err)
{
	struct store_crash crash;
	uint32_t row;

	if (named_row(query, word, &row, found, err))
		return err->status;
	if (!*found) {
		cli_complain("%s: no such crash: neither an id, nor a content "
			     "hash, nor a source",
			     word);
		return STATUS_OK;
	}
	if (store_crash_read(query->store, row, &query->arena, &crash, err))
		return err->status;

	const struct mark mark = mark_of_row(marks, row);

	if (csv)
		print_values(query, csv, row, &crash, &mark);
	else if (strcmp(query->printer->name, "json") == 0)
		print_json(query, row, &crash, &mark);
	else
		print_page(query, row, &crash, &mark);
	return STATUS_OK;
}

static enum status show_all(struct query *query, const struct marks *marks,
			    enum cli_exit *ret, struct error *err)
{
	static const struct table_column columns[] = {
		{ "field", "field", TABLE_WORD, TABLE_ALL },
		{ "value", "value", TABLE_TEXT, TABLE_ALL },
	};
	enum status status = STATUS_OK;
	const char *format = query->printer->name;
	const bool is_csv = strcmp(format, "csv") == 0;
	const bool is_page = !is_csv && strcmp(format, "json") != 0;
	struct table *csv = is_csv ? table_create(query->printer, query->out,
						  "Crash", columns, 2)
				   : NULL;
	struct wrapped wrapped;

	wrapped_begin(&wrapped, query);
	for (size_t i = 0; i < query->operand_count && !status; i++) {
		bool found = false;

		if (i && is_page)
			fputc('\n', query->out);
		status = show_one(query, csv, marks, query->operands[i], &found,
				  err);
		if (!found)
			*ret = CLI_NO;
	}
	wrapped_end(&wrapped, "Crash");
	if (csv && !status)
		table_end(csv);
	table_destroy(csv);
	return status;
}

static enum status show_run(struct query *query, enum cli_exit *ret,
			    struct error *err)
{
	struct marks marks;
	enum status status;

	if (query->operand_count == 0)
		return error_set(err, STATUS_USAGE,
				 "show which? an id, a content hash or a "
				 "source");
	if (mark_open(query, &marks, err))
		return err->status;
	status = show_all(query, &marks, ret, err);
	mark_close(&marks);
	return status;
}

const struct query_command show_command = {
	.name = "show",
	.usage = "[OPTION...] ID|HASH|SOURCE...",
	.help = "everything known about a crash",
	.more = "Examples:\n"
		"  crashquery show 3f9a1b2c4d5e\n"
		"  crashquery show 3f9a        the beginning of an id will do\n"
		"  crashquery show march.7z/07.dmp --format=json\n\n"
		"A frame marked ? was found by scanning the stack and may be "
		"an accident.\n",
	.needs_store = true,
	.options = table,
	.run = show_run,
};
