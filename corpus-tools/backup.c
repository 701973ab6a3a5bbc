#include <string.h>
#include <sys/stat.h>

#include "corpus-tools/tools.h"
#include "signatures/base/arena.h"
#include "signatures/base/file.h"
#include "signatures/base/folder.h"
#include "signatures/base/text.h"
#include "signatures/store/store_admin.h"

static const struct cli_option options[] = {
	TOOLS_STORE,
	CLI_END,
};

/* The files of LMDB and the locks; all else in the folder lies beside. */
static bool is_stores_own(const char *name)
{
	const char *end = strrchr(name, '.');

	return end && (!strcmp(end, ".mdb") || !strcmp(end, ".lock"));
}

static enum status copy_file(const char *from, const char *to,
			     struct error *err)
{
	struct file_view view;
	enum status status;

	if (file_map(from, &view, err))
		return err->status;
	status = file_write(to, view.data, view.size, err);
	file_unmap(&view);
	return status;
}

/* What is kept by hand, and the log: nobody could make them anew. */
static enum status copy_beside(const char *from, const char *to,
			       struct error *err)
{
	enum status status = STATUS_OK;
	struct folder_names names;
	struct arena arena;

	if (folder_read(from, &names, err))
		return error_within(err, "%s", from);
	arena_init(&arena);
	for (size_t i = 0; i < names.count && !status; i++) {
		const char *name = names.at[i];
		const char *path = text_printf(&arena, "%s/%s", from, name);
		struct stat facts;

		if (name[0] != '.' && !is_stores_own(name) &&
		    !stat(path, &facts) && S_ISREG(facts.st_mode))
			status = copy_file(
				path, text_printf(&arena, "%s/%s", to, name),
				err);
	}
	arena_deinit(&arena);
	folder_free(&names);
	return status;
}

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
	if (store_backup(tools_store, operands.at[0], err) ||
	    copy_beside(tools_store, operands.at[0], err))
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
