#include "corpus-tools/tools.h"

const char *tools_store = TOOLS_STORE_DEFAULT;

enum status tools_parse(int argc, char **argv, const struct cli_option *options,
			struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count)
		return error_set(err, STATUS_USAGE,
				 "%s: nothing but options is wanted", argv[0]);
	return STATUS_OK;
}
