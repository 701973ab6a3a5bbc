#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "query/hint.h"
#include "query/hosts.h"
#include "query/known_field.h"
#include "query/query.h"
#include "query/terminal.h"
#include "signatures/base/room.h"
#include "signatures/clickhouse/remote.h"

enum {
	OUTPUT_BYTES = 64 << 10
};

static const struct query_command *const commands[] = {
	&freq_command,	    &find_command,
	&show_command,	    &clusters_command,
	&suspects_command,  &trends_command,
	&correlate_command, &similar_command,
	&explain_command,   &changes_command,
	&coverage_command,  &fields_command,
	&values_command,    &report_command,
	&different_command, NULL,
};

static struct {
	const char *store;
	const char *format;
	const char *now;
	const char *different;
	const char *hosts;
	bool json;
	bool all_kinds;
	bool no_pager;
	bool help;
	bool version;
} options = { .store = "./crash-store", .format = "text" };

static const struct cli_option common[] = {
	{ "store", 0, CLI_TEXT, &options.store, "DIR",
	  "the store to ask (./crash-store), or "
	  "clickhouse://HOST:PORT/DATABASE" },
	{ "format", 0, CLI_TEXT, &options.format, "text|json|csv|html|markdown",
	  "text is for people" },
	{ "json", 0, CLI_FLAG, &options.json, NULL, "--format=json" },
	{ "all-kinds", 0, CLI_FLAG, &options.all_kinds, NULL,
	  "count live dumps and tool-made images as crashes" },
	{ "now", 0, CLI_TEXT, &options.now, "TIME",
	  "take this for the present time" },
	{ "no-pager", 0, CLI_FLAG, &options.no_pager, NULL,
	  "do not page what is longer than the terminal" },
	{ "different-only", 0, CLI_TEXT, &options.different, "LISTDIR",
	  "what other lists would move: the command different" },
	{ "hosts", 0, CLI_TEXT, &options.hosts, "FILE",
	  "more fields of machines (hosts.csv in the store)" },
	{ "help", 'h', CLI_FLAG, &options.help, NULL, "show this" },
	{ "version", 0, CLI_FLAG, &options.version, NULL, "which one this is" },
	CLI_END,
};

/* Names alone: with them the rest still fits a screen. */
static void print_common(void)
{
	puts("\nOptions of all commands (man crashquery tells what they do):");
	cli_print_names(common);
}

static void print_help(void)
{
	puts("usage: crashquery COMMAND [OPTION...] [FIELD=VALUE...]\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->help);
	print_common();
	puts("\n  crashquery freq --by=fault bugcheck=d1 time=2026-11     an "
	     "example\n"
	     "`crashquery COMMAND --help` tells more, `crashquery fields` "
	     "lists the fields.");
}

static void print_command_help(const struct query_command *command)
{
	printf("usage: crashquery %s %s\n\n%s\n", command->name, command->usage,
	       command->help);
	if (command->options) {
		putchar('\n');
		cli_print_options(command->options);
	}
	print_common();
	if (command->more)
		printf("\n%s", command->more);
}

static enum status find_command_row(const char *name,
				    const struct query_command **ret,
				    struct error *err)
{
	const char *names[sizeof(commands) / sizeof(commands[0])] = { NULL };

	for (size_t i = 0; commands[i]; i++) {
		names[i] = commands[i]->name;
		if (strcmp(names[i], name) == 0) {
			*ret = commands[i];
			return STATUS_OK;
		}
	}

	const char *nearest = cli_nearest(name, names);

	if (nearest)
		return error_set(err, STATUS_USAGE,
				 "%s: no such command; did you mean %s?", name,
				 nearest);
	return error_set(err, STATUS_USAGE,
			 "%s: no such command; see crashquery --help", name);
}

static enum status run_in_store(const struct query_command *command,
				struct query *query, enum cli_exit *ret,
				struct error *err)
{
	enum status status;

	if (!command->needs_store)
		return command->run(query, ret, err);
	if (!address_is(options.store) && access(options.store, F_OK))
		return error_set(err, STATUS_IO,
				 "%s: no crash store there; `crashindex PATH` "
				 "makes one, --store=DIR names another",
				 options.store);
	status = address_is(options.store)
			 ? remote_open(options.store, &query->store, err)
			 : store_open(options.store, STORE_READ, &query->store,
				      err);
	if (status)
		return status;
	known_field_open(query->store, query->store_path);
	status = hosts_open(query->store, options.hosts, err);
	if (!status)
		status = store_begin(query->store, err);
	if (!status) {
		status = command->run(query, ret, err);
		if (!status && *ret == CLI_NO &&
		    query->printer->reader & TABLE_PEOPLE)
			hint_empty(query);
		if (!status)
			status = known_field_check(err);
		status = store_ending(query->store, status, err);
	}
	store_leave(query->store);
	hosts_close();
	known_field_close();
	field_drop();
	return status;
}

static enum status answer(const struct query_command *command,
			  struct cli_operands operands, enum cli_exit *ret,
			  struct error *err)
{
	struct query query = {
		.out = stdout,
		.operands = operands.at + 1,
		.operand_count = operands.count - 1,
		.all_kinds = options.all_kinds,
		.now_is_given = options.now || getenv("SOURCE_DATE_EPOCH"),
		.store_path = options.store,
	};

	if (cli_now(options.now, &query.now, err))
		return err->status;
	query.printer =
		table_find_printer(options.json ? "json" : options.format);
	if (!query.printer)
		return error_set(err, STATUS_USAGE,
				 "--format: %s: not text, json, csv, html or "
				 "markdown",
				 options.format);
	arena_init(&query.arena);
	if (strcmp(query.printer->name, "text") == 0)
		terminal_begin(!options.no_pager);

	const enum status status = run_in_store(command, &query, ret, err);

	arena_deinit(&query.arena);
	return status;
}

static enum status run(int argc, char **argv, enum cli_exit *ret,
		       struct error *err)
{
	const struct cli_option *tables[] = { common, NULL, NULL };
	const char *name = cli_first_operand(argc, argv, tables);
	const struct query_command *command = NULL;
	struct cli_operands operands;

	const bool asks_help = name && strcmp(name, "help") == 0;

	if (name && !asks_help && find_command_row(name, &command, err))
		return err->status;
	tables[1] = command ? command->options : NULL;
	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (asks_help && operands.count > 1 &&
	    find_command_row(operands.at[1], &command, err))
		return err->status;
	options.help |= asks_help;
	if (options.help && command)
		print_command_help(command);
	else if (options.help)
		print_help();
	else if (options.version)
		cli_print_version();
	if (options.help || options.version)
		return STATUS_OK;
	if (command && options.different)
		return error_set(err, STATUS_USAGE,
				 "--different-only: a question of its own, as "
				 "`crashquery different %s`; not with %s",
				 options.different, command->name);
	if (options.different) {
		static const char *at[] = { "different", NULL, NULL };

		at[1] = options.different;
		operands = (struct cli_operands){ at, 2 };
		command = &different_command;
	}
	if (!command)
		return error_set(err, STATUS_USAGE,
				 "no command; see crashquery --help");
	return answer(command, operands, ret, err);
}

/* A table of many lines goes out in few pieces; what a person waits for not. */
static void widen_output(void)
{
	char *room;

	if (isatty(STDOUT_FILENO))
		return;
	room = malloc(OUTPUT_BYTES);
	if (room)
		setvbuf(stdout, room, _IOFBF, OUTPUT_BYTES);
}

int main(int argc, char **argv)
{
	enum cli_exit exit_code = CLI_YES;
	struct error err;

	room_for_heap(ROOM_FOR_ANSWER);
	widen_output();
	cli_set_program("crashquery");
	if (run(argc, argv, &exit_code, &err)) {
		terminal_end();
		cli_complain_error(&err);
		return (int)cli_exit_of(err.status);
	}
	exit_code = cli_end(exit_code);
	terminal_end();
	return (int)exit_code;
}
