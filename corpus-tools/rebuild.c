#include <stdio.h>
#include <unistd.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const char *store_path = "crash-store";

static const struct cli_option options[] = {
	{ "store", 0, CLI_TEXT, &store_path, "DIR",
	  "the store: ./crash-store" },
	CLI_END,
};

static enum status rebuild_run(int argc, char **argv, enum cli_exit *ret,
			       struct error *err)
{
	struct store *store;
	enum status status;
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count != 0)
		return error_set(err, STATUS_USAGE,
				 "rebuild: nothing but options is wanted");
	/* Who writes makes a store where there is none. */
	if (access(store_path, F_OK))
		return error_set(err, STATUS_IO, "%s: no crash store there",
				 store_path);
	if (store_open(store_path, STORE_WRITE, true, &store, err))
		return err->status;
	status = store_begin(store, err);
	if (!status)
		status = store_rebuild(store, err);
	if (!status)
		status = store_commit(store, err);
	else
		store_end(store);
	store_close(store);
	if (status)
		return error_within(err, "rebuild");
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command rebuild_command = {
	.name = "rebuild",
	.run = rebuild_run,
	.options = options,
	.operands = "",
	.help = "make the index of a store anew from its records",
	.manual = NULL,
};
