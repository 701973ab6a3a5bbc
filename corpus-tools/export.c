#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "corpus-tools/export_clickhouse.h"
#include "corpus-tools/tools.h"
#include "signatures/base/csv.h"
#include "signatures/base/limits.h"
#include "signatures/base/text.h"
#include "signatures/clickhouse/address.h"
#include "signatures/crash_json.h"
#include "signatures/identity.h"
#include "signatures/store/store_admin.h"

static const char *format = "jsonl";
static const char *to;
static const char *cluster;
static const char *scratch = "/var/tmp";

static const struct cli_option options[] = {
	TOOLS_STORE,
	{ "format", 0, CLI_TEXT, &format, "FORMAT",
	  "jsonl (the default): a JSON object a line; csv: the main columns" },
	{ "to", 0, CLI_TEXT, &to, "ADDRESS",
	  "clickhouse://HOST:PORT[,HOST:PORT...]/DATABASE: what is not there "
	  "yet" },
	{ "cluster", 0, CLI_TEXT, &cluster, "NAME",
	  "spread the tables over this cluster of the servers" },
	{ "scratch", 0, CLI_TEXT, &scratch, "DIR",
	  "where crashes seen here and there are joined (/var/tmp)" },
	CLI_END,
};

/* The files under one id, gathered until another begins. */
struct gathering {
	struct arena arena;
	struct hash128 identity;
	struct record_file files[LIMIT_FILES_PER_CRASH];
	size_t count;
	void (*print)(const struct crash *crash, const char *source);
	struct error *err;
	enum status status;
};

static void print_jsonl(const struct crash *crash, const char *source)
{
	struct json *json = crash_json(crash, source);

	json_print(json, stdout);
	putchar('\n');
	json_destroy(json);
}

static void print_cell(const char *text, char end)
{
	if (text)
		csv_put(stdout, text, csv_is_formula(text));
	putchar(end);
}

static void print_hex(struct crash_number number)
{
	if (number.known)
		printf("0x%llx", (unsigned long long)number.value);
	putchar(',');
}

static void print_csv(const struct crash *crash, const char *source)
{
	char id[IDENTITY_TEXT_BYTES], time[TEXT_TIME_BYTES];

	identity_text(identity_of(crash), id);
	print_cell(id, ',');
	print_cell(crash->time.known ? text_time(crash->time.value, time)
				     : NULL,
		   ',');
	print_hex(crash->bugcheck.code);
	for (size_t i = 0; i < 4; i++)
		print_hex(crash->bugcheck.args[i]);
	print_cell(crash->fault.module, ',');
	print_hex(crash->fault.offset);
	if (crash->machine.id.known)
		printf("%016llx", (unsigned long long)crash->machine.id.value);
	putchar(',');
	print_cell(crash_arch_name(crash->machine.arch), ',');
	if (crash->machine.os_build.known)
		printf("%llu",
		       (unsigned long long)crash->machine.os_build.value);
	putchar(',');
	print_cell(crash->machine.bios_version, ',');
	print_cell(crash->machine.product_name, ',');
	print_cell(crash->machine.hypervisor, ',');
	print_cell(crash->process, ',');
	print_cell(source, '\n');
}

/* Puts first what is the same crash as the first is; how many these are. */
static size_t same_as_first(struct record_file *files, size_t count)
{
	size_t same = 1;

	for (size_t i = 0; i < same; i++)
		for (size_t n = same; n < count; n++)
			if (identity_same(&files[i].crash, &files[n].crash)) {
				const struct record_file file = files[n];

				memmove(files + same + 1, files + same,
					(n - same) * sizeof(*files));
				files[same++] = file;
			}
	return same;
}

static void print(struct gathering *g, const struct record_file *files,
		  size_t count)
{
	const struct crash *crashes[LIMIT_FILES_PER_CRASH];
	struct crash merged;

	for (size_t i = 0; i < count; i++)
		crashes[i] = &files[i].crash;
	identity_merge(crashes, count, &g->arena, &merged);
	const char *source = NULL;
	for (size_t i = 0; i < count; i++)
		if (crashes[0] == &files[i].crash)
			source = files[i].source;
	g->print(&merged, source);
}

/* Two crashes may differ in what an id does not tell, if hardly ever. */
static void flush(struct gathering *g)
{
	for (size_t i = 0; i < g->count;) {
		const size_t count = same_as_first(g->files + i, g->count - i);

		print(g, g->files + i, count);
		i += count;
	}
	g->count = 0;
}

static bool take(void *closure, struct hash128 identity,
		 const struct record_file *file)
{
	struct gathering *g = closure;

	if (g->count && !hash_128_equal(identity, g->identity))
		flush(g);
	if (g->count == 0)
		arena_reset(&g->arena);
	if (g->count == LIMIT_FILES_PER_CRASH)
		return true;
	g->identity = identity;
	const struct bytes copy = record_encode(file, &g->arena);
	g->status = record_decode(copy, &g->arena, &g->files[g->count], g->err);
	g->count += g->status == STATUS_OK;
	return g->status == STATUS_OK && !ferror(stdout);
}

static enum status write_all(struct store *store, struct error *err)
{
	struct gathering *g;
	struct arena arena;

	arena_init(&arena);
	g = arena_take(&arena, 1, sizeof(*g));
	arena_init(&g->arena);
	g->err = err;
	g->print = !strcmp(format, "csv") ? print_csv : print_jsonl;
	if (g->print == print_csv)
		puts("id,time,bugcheck,arg1,arg2,arg3,arg4,fault,offset,"
		     "machine,arch,build,bios,product,hypervisor,process,"
		     "source");
	enum status status = store_walk_records(store, take, g, err);
	if (!status)
		status = g->status;
	if (!status)
		flush(g);
	arena_deinit(&g->arena);
	arena_deinit(&arena);
	if (!status && (ferror(stdout) || fflush(stdout)))
		status = error_set(err, STATUS_IO, "standard output: %s",
				   strerror(errno));
	return status;
}

static enum status export_run(int argc, char **argv, enum cli_exit *ret,
			      struct error *err)
{
	const struct cli_option *const tables[] = { options, NULL };
	struct cli_operands operands;
	struct store *store;

	if (cli_parse(argc, argv, tables, &operands, err))
		return err->status;
	if (operands.count != 0 ||
	    (strcmp(format, "jsonl") != 0 && strcmp(format, "csv") != 0))
		return error_set(err, STATUS_USAGE,
				 "export: --format=jsonl or csv, no operands");
	if (cluster && !to)
		return error_set(err, STATUS_USAGE,
				 "export: --cluster goes with --to");
	if (to && !address_is(to))
		return error_set(err, STATUS_USAGE,
				 "export: --to=%s: clickhouse:// is wanted",
				 to);
	if (store_open(tools_store, STORE_READ, &store, err))
		return err->status;
	enum status status = store_begin(store, err);
	if (!status) {
		status =
			to ? export_clickhouse(store, to, cluster, scratch, err)
			   : write_all(store, err);
		status = store_ending(store, status, err);
		store_end(store);
	}
	store_close(store);
	if (status)
		return error_within(err, "export");
	*ret = CLI_YES;
	return STATUS_OK;
}

const struct tools_command export_command = {
	.name = "export",
	.run = export_run,
	.options = options,
	.operands = "",
	.help = "every crash of a store, for another program",
	.manual = NULL,
};
