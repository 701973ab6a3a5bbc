#include <stdio.h>
#include <sys/stat.h>

#include "corpus-tools/tools.h"
#include "signatures/settle/settle.h"
#include "signatures/store/store_admin.h"

static bool no_settle;

static const struct cli_option options[] = {
	TOOLS_STORE,
	{ "no-settle", 0, CLI_FLAG, &no_settle, NULL,
	  "without the pass over all crashes that clusters them" },
	CLI_END,
};

/* LMDB does not bear to have one open twice. */
static enum status check_others(const struct cli_operands *paths,
				struct error *err)
{
	struct stat into, from;

	if (stat(tools_store, &into))
		return STATUS_OK; /* not there yet */
	for (size_t i = 0; i < paths->count; i++)
		if (!stat(paths->at[i], &from) && from.st_dev == into.st_dev &&
		    from.st_ino == into.st_ino)
			return error_set(err, STATUS_USAGE,
					 "merge: %s: the store itself",
					 paths->at[i]);
	return STATUS_OK;
}

static enum status take_from(struct store *to, const char *path,
			     struct error *err)
{
	struct store *from;
	enum status status;

	if (store_open(path, STORE_READ, &from, err))
		return err->status;
	status = store_begin(from, err);
	if (!status) {
		status = store_begin(to, err);
		if (!status)
			status = store_merge(to, from, err);
		status = store_ending(from, status, err);
		if (!status)
			status = store_commit(to, err);
		else
			store_end(to);
		store_end(from);
	}
	store_close(from);
	return status;
}

/* Nothing is made of stores of which one is not there. */
static enum status check_there(const char *path, struct error *err)
{
	struct store *from;

	if (store_open(path, STORE_READ, &from, err))
		return err->status;
	store_close(from);
	return STATUS_OK;
}

static enum status merge_run(int argc, char **argv, enum cli_exit *ret,
			     struct error *err)
{
	struct store *store;
	enum status status = STATUS_OK;
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count == 0)
		return error_set(err, STATUS_USAGE,
				 "merge: stores to take from are wanted");
	if (check_others(&operands, err))
		return err->status;
	for (size_t i = 0; i < operands.count; i++)
		if (check_there(operands.at[i], err))
			return error_within(err, "merge");
	if (store_open(tools_store, STORE_WRITE, &store, err))
		return err->status;
	for (size_t i = 0; i < operands.count && !status; i++)
		status = take_from(store, operands.at[i], err);
	if (!status && !no_settle)
		status = settle_store(store, SETTLE_IF_DUE, err);
	store_close(store);
	if (status)
		return error_within(err, "merge");
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command merge_command = {
	.name = "merge",
	.run = merge_run,
	.options = options,
	.operands = "STORE...",
	.help = "join other stores into this one",
	.manual = NULL,
};
