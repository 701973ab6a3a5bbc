/*
 * tools.h - the commands of crashcorpus, one a file: NAME_run().
 *
 * argv begins with the command's name.  A command prints its answer to
 * standard output and says in err why it could not; the exit code is
 * enum cli_exit's.
 */
#ifndef CORPUS_TOOLS_TOOLS_H
#define CORPUS_TOOLS_TOOLS_H

#include "signatures/base/cli.h"
#include "signatures/base/error.h"

struct tools_command {
	const char *name;
	enum status (*run)(int argc, char **argv, enum cli_exit *ret,
			   struct error *err);
	const struct cli_option *options;
	const char *operands; /* "FILE..." */
	const char *help;     /* one line */
	const char *manual;   /* what --help adds, or NULL */
};

/* The store that was asked for; a row of a command's options sets it. */
extern const char *tools_store;
#define TOOLS_STORE                                                            \
	{                                                                      \
		"store", 0, CLI_TEXT, &tools_store, "DIR",                     \
			"the store: " TOOLS_STORE_DEFAULT                      \
	}
#define TOOLS_STORE_DEFAULT "./crash-store"

/* What a command does that wants its options, and nothing besides. */
enum status tools_parse(int argc, char **argv, const struct cli_option *options,
			struct error *err) MUST_CHECK;

extern const struct tools_command synth_command;
extern const struct tools_command damage_command;
extern const struct tools_command import_command;
extern const struct tools_command verify_command;
extern const struct tools_command rebuild_command;
extern const struct tools_command compact_command;
extern const struct tools_command backup_command;
extern const struct tools_command merge_command;
extern const struct tools_command export_command;

#endif
