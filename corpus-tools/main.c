/*
 * crashcorpus - dumps out of nothing, and stores looked after.
 */
#include <stdio.h>
#include <string.h>

#include "corpus-tools/tools.h"
#include "signatures/base/room.h"
#include "signatures/store/store.h"

static const struct tools_command *const commands[] = {
	&synth_command,	 &damage_command,  &import_command,
	&verify_command, &rebuild_command, &compact_command,
	&backup_command, &merge_command,   &export_command,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	puts("usage: crashcorpus COMMAND [OPTIONS] ...\n\ncommands:");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-8s  %s\n", commands[i]->name, commands[i]->help);
	puts("\nexamples:\n"
	     "  crashcorpus synth --demo --output=fleet.tar\n"
	     "  crashcorpus verify --store=/var/lib/crashindex/crash-store\n"
	     "  crashcorpus backup --store=crash-store saved\n\n"
	     "  -h, --help     this text; `crashcorpus COMMAND --help` says "
	     "more\n"
	     "      --version  which version this is");
}

static void print_command_help(const struct tools_command *command)
{
	printf("usage: crashcorpus %s [OPTIONS]%s%s\n%s\n\noptions:\n",
	       command->name, *command->operands ? " " : "", command->operands,
	       command->help);
	cli_print_options(command->options);
	if (command->manual)
		printf("\n%s", command->manual);
}

static const struct tools_command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

static int unknown(const char *name)
{
	const char *names[COMMANDS + 1] = { NULL };

	for (size_t i = 0; i < COMMANDS; i++)
		names[i] = commands[i]->name;
	const char *nearest = cli_nearest(name, names);
	if (nearest)
		cli_complain("%s: no such command; did you mean %s?", name,
			     nearest);
	else
		cli_complain("%s: no such command; see crashcorpus --help",
			     name);
	return CLI_USAGE;
}

static void on_waiting(const char *path)
{
	cli_complain("%s: another program is writing to it: waiting", path);
}

static bool asks_for(const char *option, int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (!strcmp(argv[i], option))
			return true;
	return false;
}

static bool asks_for_help(int argc, char **argv)
{
	return asks_for("--help", argc, argv) || asks_for("-h", argc, argv);
}

int main(int argc, char **argv)
{
	enum cli_exit exit_code = CLI_YES;
	struct error err;

	cli_set_program("crashcorpus");
	if (argc < 2) {
		cli_complain("a command is wanted; --help lists them");
		return CLI_USAGE;
	}
	const bool asks_help = !strcmp(argv[1], "help");

	if (asks_for_help(1, argv + 1) || (asks_help && argc == 2)) {
		print_help();
		return cli_end(CLI_YES);
	}
	if (asks_for("--version", 1, argv + 1)) {
		cli_print_version();
		return cli_end(CLI_YES);
	}
	const char *name = argv[asks_help ? 2 : 1];
	const struct tools_command *command = find(name);
	if (!command)
		return unknown(name);
	if (asks_help || asks_for_help(argc - 2, argv + 2)) {
		print_command_help(command);
		return cli_end(CLI_YES);
	}
	room_for_heap(ROOM_FOR_PASS);
	store_tell_waiting(on_waiting);
	if (command->run(argc - 1, argv + 1, &exit_code, &err)) {
		cli_complain_error(&err);
		return cli_exit_of(err.status);
	}
	return cli_end(exit_code);
}
