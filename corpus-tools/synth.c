#include <stdio.h>
#include <string.h>

#include "corpus-tools/fleet.h"
#include "corpus-tools/frequency.h"
#include "corpus-tools/machine_lines.h"
#include "corpus-tools/records.h"
#include "corpus-tools/sink.h"
#include "corpus-tools/tools.h"
#include "corpus-tools/write_image.h"
#include "signatures/base/file.h"
#include "signatures/base/text.h"

static const char *output = "-";
static const char *table;
static bool demo;
static uint64_t seed = 1;
static uint64_t machines = 60;
static uint64_t weeks = 8;
static uint64_t records;

static const struct cli_option options[] = {
	{ "output", 'o', CLI_TEXT, &output, "WHERE",
	  "a file, a folder, a .tar, or - (the default)" },
	{ "table", 0, CLI_TEXT, &table, "FILE",
	  "a crash for each count of a table; 2008 is known" },
	{ "demo", 0, CLI_FLAG, &demo, NULL,
	  "a small fleet in which there is something to find" },
	{ "machines", 0, CLI_NUMBER, &machines, "N",
	  "of the demo's fleet: 60" },
	{ "weeks", 0, CLI_NUMBER, &weeks, "N", "the demo lasts: 8" },
	{ "records", 0, CLI_NUMBER, &records, "N",
	  "a store of N crashes and no dumps: to measure" },
	{ "store", 0, CLI_TEXT, &tools_store, "DIR",
	  "where --records go: " TOOLS_STORE_DEFAULT },
	{ "seed", 0, CLI_NUMBER, &seed, "N", "another demo, other records: 1" },
	CLI_END,
};

/* The path's last part, with .dmp in place of its ending. */
static const char *dump_name(struct arena *arena, const char *path)
{
	char *name = text_file_name(arena, path);
	char *point = strrchr(name, '.');

	if (point)
		*point = '\0';
	return text_printf(arena, "%s.dmp", name);
}

static enum status one(const char *path, struct arena *arena,
		       struct buffer *image, struct sink *sink,
		       struct error *err)
{
	struct file_view view;
	struct machine machine;

	if (file_map(path, &view, err))
		return err->status;
	machine_init(&machine, arena, path);
	enum status status =
		machine_lines_parse(&machine, view.data, view.size, err);
	file_unmap(&view);
	if (!status)
		status = write_image(&machine, image, err);
	if (status)
		return status;
	return sink_put(sink, dump_name(arena, path), image,
			text_unix_of_ticks(machine.time), err);
}

static enum status described(const struct cli_operands *files,
			     struct sink *sink, struct error *err)
{
	enum status status = STATUS_OK;
	struct buffer image;
	struct arena arena;

	arena_init(&arena);
	buffer_init(&image);
	for (size_t i = 0; i < files->count && !status; i++) {
		arena_reset(&arena);
		status = one(files->at[i], &arena, &image, sink, err);
	}
	buffer_deinit(&image);
	arena_deinit(&arena);
	return status;
}

static enum status run(int argc, char **argv, enum cli_exit *ret,
		       struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands files;
	struct sink sink;

	if (cli_parse(argc, argv, tables, &files, err))
		return err->status;
	if ((files.count > 0) + demo + (table != NULL) + (records > 0) != 1)
		return error_set(err, STATUS_USAGE,
				 "synth: descriptions, --table, --demo or "
				 "--records: one of them");
	if (records) {
		*ret = CLI_YES;
		return records_write(tools_store, records, seed, err);
	}
	if (sink_open(output, files.count != 1, &sink, err))
		return error_within(err, "synth");
	enum status status;
	if (demo)
		status = fleet_write(machines, weeks, seed, &sink, err);
	else if (table)
		status = frequency_write(table, &sink, err);
	else
		status = described(&files, &sink, err);
	if (status)
		return error_within(err, "synth");
	*ret = CLI_YES;
	return sink_close(&sink, err);
}

const struct tools_command synth_command = {
	.name = "synth",
	.run = run,
	.options = options,
	.operands = "[FILE...]",
	.help = "make dumps from descriptions of dead machines",
	.manual = "A description has one fact a line; what is not said gets a "
		  "default:\n"
		  "  format triage-b      or full summary bitmap kernel-bitmap "
		  "automatic active\n"
		  "                       live rdmp triage-a header minidump\n"
		  "  arch x64             or x86 x86-pae x64-la57 arm64\n"
		  "  bugcheck 0xd1 0x29 2 0 ks.sys+0x1ae9\n"
		  "  time 2024-06-30T19:52:23Z\n"
		  "  module ks.sys base=0xfffff800a56d0000 size=0x46000 "
		  "time=0x4f712051\n"
		  "  trap ks.sys+0x1ae9 address=0x29\n"
		  "corpus-tools/machine.h has the whole language.\n",
};
