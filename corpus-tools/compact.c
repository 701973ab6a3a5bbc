#include <stdio.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const struct cli_option options[] = {
	TOOLS_STORE,
	CLI_END,
};

static enum status compact_run(int argc, char **argv, enum cli_exit *ret,
			       struct error *err)
{
	if (tools_parse(argc, argv, options, err))
		return err->status;
	if (store_compact(tools_store, err))
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
