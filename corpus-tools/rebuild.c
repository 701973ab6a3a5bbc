#include <stdio.h>
#include <unistd.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const struct cli_option options[] = {
	TOOLS_STORE,
	CLI_END,
};

static enum status rebuild_run(int argc, char **argv, enum cli_exit *ret,
			       struct error *err)
{
	struct store *store;
	enum status status;

	if (tools_parse(argc, argv, options, err))
		return err->status;
	/* Who writes makes a store where there is none. */
	if (access(tools_store, F_OK))
		return error_set(err, STATUS_IO, "%s: no crash store there",
				 tools_store);
	if (store_open(tools_store, STORE_WRITE, &store, err))
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
