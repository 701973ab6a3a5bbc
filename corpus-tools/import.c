#include <stdio.h>
#include <string.h>

#include "corpus-tools/frames_table.h"
#include "corpus-tools/lines.h"
#include "corpus-tools/tools.h"
#include "signatures/settle/settle.h"
#include "signatures/signature.h"
#include "signatures/store/store_write.h"

/* Rows a transaction: a kill loses this much work and no more. */
#define BATCH 20000

static const char *format = "frames";
static const char *now_text;
static uint64_t now;
static bool no_settle;

static const struct cli_option options[] = {
	TOOLS_STORE,
	{ "format", 0, CLI_TEXT, &format, "FORMAT",
	  "frames: one row a crash, its frames as text" },
	{ "no-settle", 0, CLI_FLAG, &no_settle, NULL,
	  "leave stacks and clusters for a later crashindex --settle" },
	{ "now", 0, CLI_TEXT, &now_text, "TIME", "the time of ingest" },
	CLI_END,
};

struct count {
	uint64_t indexed, duplicate, same_crash;
};

static enum status put_row(struct store *store,
			   const struct frames_table *table, char *line,
			   struct arena *arena, struct count *count,
			   struct error *err)
{
	struct record_file file;
	enum store_outcome outcome;

	if (frames_table_row(table, line, arena, &file, err))
		return err->status;
	file.ingested = now;
	signature_make(&file.crash, arena);
	if (store_put(store, &file, arena, &outcome, err))
		return err->status;
	count->indexed += outcome == STORE_INDEXED;
	count->duplicate += outcome == STORE_DUPLICATE;
	count->same_crash += outcome == STORE_SAME_CRASH;
	return STATUS_OK;
}

static enum status put_batch(struct store *store,
			     const struct frames_table *table,
			     struct lines *lines, struct arena *arena,
			     struct count *count, bool *more, struct error *err)
{
	for (size_t i = 0; i < BATCH; i++) {
		char *line = lines_next(lines, err);

		if (!line) {
			*more = false;
			return err->status;
		}
		if (put_row(store, table, line, arena, count, err))
			return err->status;
		arena_reset(arena);
	}
	return STATUS_OK;
}

static enum status import_lines(struct store *store, struct lines *lines,
				struct count *count, struct error *err)
{
	struct frames_table table;
	struct arena arena;
	enum status status = STATUS_OK;
	bool more = true;
	char *head = lines_next(lines, err);

	if (!head)
		return err->status ? err->status
				   : error_set(err, STATUS_CORRUPT, "empty");
	if (frames_table_head(head, &table, err))
		return err->status;
	arena_init(&arena);
	while (more && !status) {
		status = store_begin(store, err);
		if (!status)
			status = put_batch(store, &table, lines, &arena, count,
					   &more, err);
		if (status)
			store_end(store);
		else
			status = store_commit(store, err);
	}
	arena_deinit(&arena);
	return status;
}

static enum status import_file(struct store *store, const char *path,
			       struct count *count, struct error *err)
{
	struct lines *lines;
	enum status status;

	if (lines_open(path, &lines, err))
		return err->status;
	status = import_lines(store, lines, count, err);
	lines_close(lines);
	return status ? error_within(err, "%s", path) : STATUS_OK;
}

static enum status import_run(int argc, char **argv, enum cli_exit *ret,
			      struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;
	struct count count = { 0 };
	struct store *store;
	enum status status = STATUS_OK;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (strcmp(format, "frames") != 0)
		return error_set(err, STATUS_USAGE,
				 "--format=%s: no such format; frames is one",
				 format);
	if (operands.count == 0)
		return error_set(err, STATUS_USAGE, "a table is wanted");
	if (cli_now(now_text, &now, err))
		return err->status;
	if (store_open(tools_store, STORE_WRITE, &store, err))
		return err->status;
	for (size_t i = 0; i < operands.count && !status; i++)
		status = import_file(store, operands.at[i], &count, err);
	if (!status && !no_settle)
		status = settle_store(store, SETTLE_ALWAYS, err);
	store_close(store);
	if (status)
		return status;
	printf("%llu indexed, %llu duplicate, %llu same crash\n",
	       (unsigned long long)count.indexed,
	       (unsigned long long)count.duplicate,
	       (unsigned long long)count.same_crash);
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command import_command = {
	.name = "import",
	.run = import_run,
	.options = options,
	.operands = "FILE.tsv[.gz]...",
	.help = "crashes known only by text, into a store",
};
