/*
 * crashindex - dumps and archives of dumps into a store of crashes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "indexer/ingest/imagedir.h"
#include "indexer/ingest/ingest.h"
#include "indexer/jobs.h"
#include "indexer/staged.h"
#include "signatures/base/cli.h"
#include "signatures/base/limits.h"
#include "signatures/base/room.h"
#include "signatures/clickhouse/address.h"
#include "signatures/crash_json.h"
#include "signatures/settle/settle.h"

#define STORE_DEFAULT "./crash-store"
#define SECONDS_MAX 86400

struct request {
	const char *store;
	const char *quarantine;
	const char *images;
	const char *spool;
	const char *now_text;
	uint64_t now;
	uint64_t jobs;
	uint64_t seconds;
	struct unpack_limits limits;
	bool strict;
	bool print;
	bool no_sandbox;
	bool redact;
	bool values;
	bool settle;
	bool no_settle;
	bool help;
	bool version;
	bool is_staged; /* the store is somewhere on its way to another */
};

struct run {
	const struct request *asked;
	bool is_over;
};

static void on_crash(void *closure, const struct record_file *file)
{
	struct json *json = crash_json(&file->crash, file->source);

	(void)closure;
	json_print(json, stdout);
	putchar('\n');
	json_destroy(json);
}

static void on_refused(void *closure, const char *source, const char *text)
{
	(void)closure;
	/* Where both go to one place, whole lines. */
	fflush(stdout);
	cli_complain("%s: %s", source, text);
}

static void on_progress(void *closure, const struct progress *progress)
{
	char text[PROGRESS_TEXT_BYTES];

	(void)closure;
	cli_progress("%s", progress_text(progress, text));
}

static bool is_over(void *closure, struct store *store)
{
	struct run *run = closure;
	const struct request *asked = run->asked;

	run->is_over = !asked->is_staged && !asked->settle &&
		       (asked->no_settle || !settle_is_due(store));
	return run->is_over;
}

static void on_waiting(const char *path)
{
	cli_complain("%s: another program is writing to it: waiting", path);
}

static enum status check(const struct request *asked,
			 const struct cli_operands *operands, struct error *err)
{
	const struct unpack_limits *limits = &asked->limits;

	if (!operands->count && !asked->settle)
		return error_set(err, STATUS_USAGE,
				 "nothing to read: name a dump, an archive, a "
				 "folder or -");
	if (asked->jobs < 1 || asked->jobs > JOBS_MAX)
		return error_set(err, STATUS_USAGE, "--jobs: 1 to %d",
				 JOBS_MAX);
	if (asked->seconds < 1 || asked->seconds > SECONDS_MAX)
		return error_set(err, STATUS_USAGE, "--max-seconds: 1 to %d",
				 SECONDS_MAX);
	if (asked->redact && asked->quarantine)
		return error_set(err, STATUS_USAGE,
				 "--redact: --quarantine keeps whole dumps");
	if (!limits->depth || !limits->ratio || !limits->bytes ||
	    !limits->entries)
		return error_set(err, STATUS_USAGE,
				 "a limit of 0 lets nothing in");
	return STATUS_OK;
}

static void print_help(const struct cli_option *table,
		       const struct cli_option *limits)
{
	puts("usage: crashindex [--store=DIR] [--jobs=N] [--strict] [--print] "
	     "PATH...\n\n"
	     "PATH is a dump, an archive (zip, 7z, cab, rar, tar; nested), "
	     "a folder, or -.\n");
	cli_print_options(table);
	puts("Limits of one input (man crashindex):");
	cli_print_names(limits);
	puts("\n  crashindex /srv/dumps && crashquery freq        an example\n"
	     "  crashindex --print suspicious.dmp | jq .fault   another");
}

/* What only the whole corpus can tell; see settle.h. */
static enum cli_exit settle(const struct request *asked)
{
	struct store *store;
	struct error err;
	enum status status;

	/* Also where nothing was ingested. */
	room_for_heap(ROOM_FOR_PASS);
	status = store_open(asked->store, STORE_WRITE, &store, &err);
	if (!status) {
		status = settle_store(
			store, asked->settle ? SETTLE_ALWAYS : SETTLE_IF_DUE,
			&err);
		store_close(store);
	}
	if (!status)
		return CLI_YES;
	cli_complain_error(&err);
	return cli_exit_of(status);
}

static bool wants_settling(const struct request *asked)
{
	return !asked->print && !asked->no_settle;
}

static enum cli_exit run(const struct request *asked,
			 const struct cli_operands *operands,
			 struct arena *arena)
{
	struct run run = { .asked = asked };
	const struct images *images = NULL;
	char text[TALLY_TEXT_BYTES];
	struct tally tally;
	struct error err;

	if (asked->images &&
	    imagedir_open(asked->images, arena, &images, &err)) {
		cli_complain_error(&err);
		return CLI_COULD_NOT;
	}

	const struct ingest_options options = {
		.paths = operands->at,
		.path_count = operands->count,
		.store_dir = asked->print ? NULL : asked->store,
		.quarantine_dir = asked->quarantine,
		.now = asked->now,
		.redacts = asked->redact,
		.workers = {
			.jobs = (unsigned)asked->jobs,
			.wall_ms = asked->seconds * 1000,
			.spool_dir = asked->spool,
			.worker = {
				.is_free = asked->no_sandbox,
				.keeps_refused = asked->quarantine != NULL,
				.limits = asked->limits,
				.target = { .images = images,
					    .values = asked->values },
			},
		},
		.closure = &run,
		.crash = on_crash,
		.refused = on_refused,
		.is_over = is_over,
		.progress = on_progress,
	};
	const enum status status = ingest_run(&options, &tally, &err);

	cli_progress_clear();
	if (status)
		cli_complain_error(&err);

	const enum cli_exit settled =
		!status && !run.is_over && wants_settling(asked) ? settle(asked)
								 : CLI_YES;

	if (cli_end(CLI_YES))
		return CLI_COULD_NOT;
	if (!status && operands->count && !tally.indexed && !tally.duplicate &&
	    !tally.same_crash && !tally_refused(&tally))
		cli_complain("found no crash in what was named");
	fprintf(stderr, "%s\n", tally_text(&tally, text));
	if (status)
		return cli_exit_of(status);
	if (settled)
		return settled;
	if (tally.refused[STATUS_IO])
		return CLI_COULD_NOT;
	return asked->strict && tally_refused(&tally) ? CLI_NO : CLI_YES;
}

/* By way of a store on this machine, where the address is another's. */
static enum cli_exit run_anywhere(const struct request *asked,
				  const struct cli_operands *operands,
				  struct arena *arena)
{
	struct request staging = *asked;
	struct staged *staged;
	struct error err;

	if (asked->print || !address_is(asked->store)) {
		/* Reading makes a store; there is nothing to be read. */
		if (!operands->count && access(asked->store, F_OK)) {
			cli_complain("%s: no crash store there", asked->store);
			return CLI_COULD_NOT;
		}
		return run(asked, operands, arena);
	}
	if (staged_begin(asked->store, asked->spool, !asked->no_settle, &staged,
			 &err)) {
		cli_complain_error(&err);
		return cli_exit_of(err.status);
	}
	staging.store = staged_folder(staged);
	staging.is_staged = true;

	enum cli_exit code = run(&staging, operands, arena);

	/* What was read before something went wrong counts as well. */
	if (staged_load(staged, &err)) {
		cli_complain_error(&err);
		code = cli_exit_of(err.status);
	}
	staged_destroy(staged);
	return code;
}

/* What the options say; the table points into it. */
static struct request request = {
	.store = STORE_DEFAULT,
	.seconds = LIMIT_WORKER_SECONDS,
	.limits = { LIMIT_DEPTH, LIMIT_RATIO, LIMIT_TOTAL_BYTES,
		    LIMIT_ENTRIES },
};

static const struct cli_option table[] = {
	{ "store", 0, CLI_TEXT, &request.store, "DIR",
	  "where crashes are kept (" STORE_DEFAULT ")" },
	{ "jobs", 'j', CLI_NUMBER, &request.jobs, "N",
	  "worker processes (default: one per processor)" },
	{ "print", 0, CLI_FLAG, &request.print, NULL,
	  "each crash as a line of JSON; store nothing" },
	{ "strict", 0, CLI_FLAG, &request.strict, NULL,
	  "exit with 1 when something was refused" },
	{ "quarantine", 0, CLI_TEXT, &request.quarantine, "DIR",
	  "copy what is refused there, with the reason" },
	{ "redact", 0, CLI_FLAG, &request.redact, NULL,
	  "without names of users, and of their processes" },
	{ "values", 0, CLI_FLAG, &request.values, NULL,
	  "keep words found where damage was done" },
	{ "images", 0, CLI_TEXT, &request.images, "DIR",
	  "PE images in symbol-store layout" },
	{ "spool", 0, CLI_TEXT, &request.spool, "DIR",
	  "where large dumps are unpacked (/var/tmp)" },
	{ "settle", 0, CLI_FLAG, &request.settle, NULL,
	  "settle stacks and clusters from the whole store" },
	{ "no-settle", 0, CLI_FLAG, &request.no_settle, NULL,
	  "leave that out after an ingest" },
	{ "now", 0, CLI_TEXT, &request.now_text, "TIME",
	  "the time of this run" },
	{ "no-sandbox", 0, CLI_FLAG, &request.no_sandbox, NULL,
	  "trust every input: for debugging only" },
	{ "help", 'h', CLI_FLAG, &request.help, NULL, "this text" },
	{ "version", 0, CLI_FLAG, &request.version, NULL,
	  "which version this is" },
	CLI_END,
};

static const struct cli_option limits[] = {
	{ "max-depth", 0, CLI_NUMBER, &request.limits.depth, "N",
	  "archives around a dump" },
	{ "max-ratio", 0, CLI_NUMBER, &request.limits.ratio, "N",
	  "unpacked bytes for each byte of input" },
	{ "max-bytes", 0, CLI_NUMBER, &request.limits.bytes, "N",
	  "bytes unpacked from one input" },
	{ "max-entries", 0, CLI_NUMBER, &request.limits.entries, "N",
	  "entries of one input, dumps or not" },
	{ "max-seconds", 0, CLI_NUMBER, &request.seconds, "N", "for one dump" },
	CLI_END,
};

int main(int argc, char **argv)
{
	const struct cli_option *const tables[] = { table, limits, NULL };
	struct cli_operands operands;
	struct arena arena;
	struct error err;

	cli_set_program("crashindex");
	request.spool = access("/var/tmp", W_OK) ? "/tmp" : "/var/tmp";
	request.jobs = jobs_default();
	if (cli_parse(argc, argv, tables, &operands, &err)) {
		cli_complain_error(&err);
		return CLI_USAGE;
	}
	if (request.help) {
		print_help(table, limits);
		return cli_end(CLI_YES);
	}
	if (request.version) {
		cli_print_version();
		return cli_end(CLI_YES);
	}
	if (check(&request, &operands, &err) ||
	    cli_now(request.now_text, &request.now, &err)) {
		cli_complain_error(&err);
		return CLI_USAGE;
	}
	store_tell_waiting(on_waiting);
	arena_init(&arena);

	const enum cli_exit code = run_anywhere(&request, &operands, &arena);

	arena_deinit(&arena);
	return (int)code;
}
