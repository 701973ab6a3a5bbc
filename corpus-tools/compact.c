#include <stdio.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const char *store_path = "crash-store";

static const struct cli_option options[] = {
	{ "store", 0, CLI_TEXT, &store_path, "DIR",
	  "the store: ./crash-store" },
	CLI_END,
};

static enum status compact_run(int argc, char **argv, enum cli_exit *ret,
			       struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count != 0)
		return error_set(err, STATUS_USAGE,
				 "compact: nothing but options is wanted");
	if (store_compact(store_path, true, err))
		return error_within(err, "compact");
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command compact_command = {
	.name = "compact",
	.run = compact_run,
	.options = options,
	.operands = "",
	.help = "give back the space that a store no longer needs",
	.manual = NULL,
};
