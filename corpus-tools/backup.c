#include <stdio.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const char *store_path = "crash-store";

static const struct cli_option options[] = {
	{ "store", 0, CLI_TEXT, &store_path, "DIR",
	  "the store: ./crash-store" },
	CLI_END,
};

static enum status backup_run(int argc, char **argv, enum cli_exit *ret,
			      struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count != 1)
		return error_set(err, STATUS_USAGE,
				 "backup: a folder for the copy is wanted");
	if (store_backup(store_path, operands.at[0], err))
		return error_within(err, "backup");
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command backup_command = {
	.name = "backup",
	.run = backup_run,
	.options = options,
	.operands = "DIR",
	.help = "a copy of a store as of this moment, also while it is used",
	.manual = NULL,
};
