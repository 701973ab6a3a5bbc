#include <stdio.h>

#include "corpus-tools/tools.h"
#include "signatures/store/store_admin.h"

static const char *scratch;

static const struct cli_option options[] = {
	TOOLS_STORE,
	{ "scratch", 0, CLI_TEXT, &scratch, "DIR",
	  "a folder with room for a second index: the store's" },
	CLI_END,
};

static void complain(void *closure, const char *text)
{
	(void)closure;
	puts(text);
}

static enum status verify_run(int argc, char **argv, enum cli_exit *ret,
			      struct error *err)
{
	uint64_t differences = 0;
	struct store *store;
	enum status status;

	if (tools_parse(argc, argv, options, err))
		return err->status;
	if (store_open(tools_store, STORE_READ, &store, err))
		return err->status;
	const char *where = scratch ? scratch : tools_store;
	status = store_begin(store, err);
	if (!status) {
		status = store_verify(store, where, complain, NULL,
				      &differences, err);
		status = store_ending(store, status, err);
		if (!status && !differences)
			printf("sound: %u crashes\n",
			       (unsigned)store_row_count(store));
		store_end(store);
	}
	store_close(store);
	if (status)
		return error_within(err, "verify");
	if (differences)
		printf("%llu differences; `crashcorpus rebuild` makes the "
		       "index anew\n",
		       (unsigned long long)differences);
	*ret = differences ? CLI_NO : CLI_YES;
	return STATUS_OK;
}

const struct tools_command verify_command = {
	.name = "verify",
	.run = verify_run,
	.options = options,
	.operands = "",
	.help = "does every index entry follow from the records?",
	.manual = NULL,
};
