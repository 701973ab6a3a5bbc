/*
 * alarms_bench.c - how often something is found where nothing is, and where
 * something is.
 *
 *     alarms_bench SEEDS FOLDER
 *
 * Makes small fleets out of seeds, each a store of its own in FOLDER, and puts
 * the commands to them.  Fleets are unequal: a few machines have most of the
 * crashes (Zipf), each machine has a way of its own to crash, weekends are
 * quiet, drivers come with models, BIOS versions with boards.  In half of the
 * fleets none of that has to do with what crashes: whatever is found is an
 * alarm.  The others are the same but for one cause each.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "query/query.h"
#include "query/statistics.h"
#include "signatures/base/text.h"
#include "signatures/settle/settle.h"
#include "signatures/store/store_write.h"

enum {
	MACHINES_MOST = 160,
	DAYS = 56,
	BUGS = 12,
	DRIVERS = 10,
	MODULES = DRIVERS + 4,
	FRAMES = 6,
	FIRST_DAY = 154300, /* in 2023 */
	WORDS = 8
};

#define TICKS UINT64_C(10000000)
#define DAY_TICKS (86400 * TICKS)

enum cause {
	NONE,
	DRIVER_BUILD, /* spreads over three weeks */
	BIOS,	      /* any driver crashes with it */
	MODEL,	      /* crashes; a driver comes with it */
	BAD_MEMORY,   /* one machine */
	HYPERVISOR,   /* its guests hang */
	OVERWRITER,   /* the same words everywhere */
	CAUSES
};

struct machine {
	unsigned model, bios, cpu, build, own_bug, spread_day;
	bool guest, has[DRIVERS];
};

struct fleet {
	uint64_t seed, number;
	enum cause cause;
	unsigned machine_count;
	struct machine machines[MACHINES_MOST];
	struct store *store;
	struct arena arena;
};

static const char *const drivers[DRIVERS + 2] = {
	"alpha.sys", "beta.sys",  "gamma.sys", "delta.sys",
	"epsi.sys",  "zeta.sys",  "eta.sys",   "theta.sys",
	"iota.sys",  "kappa.sys", "netx.sys",  "hotkey.sys"
};

static uint32_t below(struct fleet *fleet, uint32_t end)
{
	fleet->seed = fleet->seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(fleet->seed >> 33) % end;
}

static bool chance(struct fleet *fleet, double p)
{
	return below(fleet, 1000000) < p * 1000000;
}

static void must(enum status status, const struct error *err)
{
	if (!status)
		return;
	fprintf(stderr, "alarms_bench: %s\n", err->text);
	exit(1);
}

static void make_machines(struct fleet *fleet)
{
	fleet->machine_count = 40 + below(fleet, MACHINES_MOST - 40);
	for (unsigned i = 0; i < fleet->machine_count; i++) {
		struct machine *machine = &fleet->machines[i];

		machine->model = below(fleet, 4);
		machine->bios = below(fleet, 6);
		machine->cpu = below(fleet, 3);
		machine->build = below(fleet, 2);
		machine->guest = chance(fleet, 0.2);
		machine->own_bug = below(fleet, BUGS);
		machine->spread_day =
			chance(fleet, 0.6) ? 30 + below(fleet, 21) : DAYS;
		for (unsigned d = 0; d < DRIVERS; d++)
			machine->has[d] = d < 4 || chance(fleet, 0.4);
	}
}

static void add_module(struct crash *crash, const char *name, crash_build build)
{
	crash->modules[crash->module_count] =
		(struct crash_module){ .name = name,
				       .base = UINT64_C(0xfffff80000000000) +
					       0x100000 * crash->module_count,
				       .bytes = 0x8000,
				       .build = build };
	crash->module_count++;
}

static void add_modules(struct fleet *fleet, const struct machine *machine,
			unsigned day, struct crash *crash)
{
	crash->modules =
		arena_take(&fleet->arena, MODULES, sizeof(*crash->modules));
	add_module(crash, "ntoskrnl.exe", 0x5000000000800000 + machine->build);
	for (unsigned d = 0; d < DRIVERS; d++)
		if (machine->has[d])
			add_module(crash, drivers[d], 0x6000000000008000 + d);
	add_module(crash, "netx.sys",
		   day >= machine->spread_day ? 0x6200000000008000
					      : 0x6100000000008000);
	if (machine->model == 0)
		add_module(crash, "hotkey.sys", 0x6300000000008000);
}

/* What the bug has on the stack, and nobody else. */
static void add_stack(struct fleet *fleet, struct crash *crash,
		      const char *fault, uint64_t bug)
{
	crash->stack.frames =
		arena_take(&fleet->arena, FRAMES, sizeof(*crash->stack.frames));
	crash->stack.count = FRAMES;
	crash->stack.end = CRASH_STACK_COMPLETE;
	for (unsigned i = 0; i < FRAMES; i++)
		crash->stack.frames[i] = (struct crash_frame){
			.module = i == 1 ? fault : "nt",
			.offset = hash_mix(bug, i) % 0x7000 + 0x1000,
			.how = CRASH_HOW_UNWIND,
		};
	crash->fault = (struct crash_fault){
		.module = fault,
		.offset = CRASH_NUMBER(crash->stack.frames[1].offset),
		.how = CRASH_FAULT_STACK,
		.trust = CRASH_WALKED,
	};
	crash->buckets.exact = hash_mix(bug, 77);
	crash->buckets.portable = hash_mix(bug, 78);
	crash->buckets.modules = hash_mix(bug, 79);
}

static void add_words(struct fleet *fleet, struct crash *crash)
{
	crash->values =
		arena_take(&fleet->arena, 2 * WORDS, sizeof(*crash->values));
	for (unsigned i = 0; i < 2 * WORDS; i++) {
		const uint64_t low = below(fleet, 1u << 31);
		const uint64_t high = below(fleet, 1u << 31);

		/* Half junk, half what the system writes, the most of it
		 * often. */
		crash->values[i] = (struct crash_value){
			.word = i % 2 ? high << 33 | low
				      : UINT64_C(0x9c11a77e00000000) +
						low % (1 + high % 60),
			.is_sound = i >= WORDS,
		};
	}
	if (fleet->cause == OVERWRITER && chance(fleet, 0.5))
		crash->values[1].word = UINT64_C(0x8b905ed7c433a9f1);
	crash->value_count = 2 * WORDS;
}

static void put(struct fleet *fleet, struct crash *crash)
{
	const struct record_file file = {
		.source = text_printf(&fleet->arena, "%" PRIu64 ".dmp",
				      fleet->number),
		.ingested = (FIRST_DAY + DAYS) * DAY_TICKS,
		.crash = *crash,
	};
	enum store_outcome outcome;
	struct arena scratch;
	struct error err;

	arena_init(&scratch);
	must(store_put(fleet->store, &file, &scratch, &outcome, &err), &err);
	arena_deinit(&scratch);
	arena_reset(&fleet->arena);
}

static void add_crash(struct fleet *fleet, unsigned number, unsigned day,
		      uint32_t code, const char *fault, uint64_t bug)
{
	static const char *const models[] = { "Lap 1", "Lap 2", "Desk 1",
					      "Desk 2" };
	static const char *const cpus[] = { "CPU A", "CPU B", "CPU C" };
	const struct machine *machine = &fleet->machines[number];
	struct crash crash = {
		.image = { .bytes = ++fleet->number,
			   .kind = CRASH_KERNEL_SUMMARY,
			   .content = { fleet->number, ~fleet->number },
			   .complete = true },
		.time = CRASH_NUMBER((FIRST_DAY + day) * DAY_TICKS +
				     below(fleet, 86400) * TICKS),
		.uptime = CRASH_NUMBER(
			(uint64_t)(60 * pow(10, below(fleet, 4000) / 1000.0)) *
			TICKS),
		.bugcheck.code = CRASH_NUMBER(code),
		.machine = { .id = CRASH_NUMBER(1000 + number),
			     .arch = CRASH_X64,
			     .cpus = CRASH_NUMBER(4),
			     .os_build = CRASH_NUMBER(19041 + machine->build),
			     .cpu = cpus[machine->cpu],
			     .product_name = models[machine->model],
			     .bios_version = text_printf(&fleet->arena, "2.0%u",
							 machine->bios),
			     .hypervisor = machine->guest ? "xen" : NULL },
	};

	crash.bugcheck.args[0] = CRASH_NUMBER(fleet->number);
	add_modules(fleet, machine, day, &crash);
	add_stack(fleet, &crash, fault, bug);
	if (chance(fleet, 0.3)) {
		crash.residue =
			arena_take(&fleet->arena, 1, sizeof(*crash.residue));
		crash.residue_count = 1;
		crash.residue[0] =
			(struct crash_residue){ drivers[below(fleet, 4)], 3 };
	}
	if (code == 0x19)
		add_words(fleet, &crash);
	if (chance(fleet, 0.01))
		crash_flag(&crash, &fleet->arena, "one-bit-off");
	put(fleet, &crash);
}

/* A bug that has nothing to do with what the machine is. */
static void everyday(struct fleet *fleet, unsigned number, unsigned day)
{
	static const uint32_t codes[BUGS] = { 0xd1, 0x19,  0xa,	 0x101,
					      0x3b, 0x50,  0xd1, 0x1a,
					      0x9f, 0x139, 0x7e, 0x133 };
	const unsigned bug = chance(fleet, 0.5)
				     ? fleet->machines[number].own_bug
				     : below(fleet, 1 + below(fleet, BUGS));

	add_crash(fleet, number, day, codes[bug], drivers[bug % 4], bug);
}

static void caused(struct fleet *fleet, unsigned number, unsigned day)
{
	const struct machine *machine = &fleet->machines[number];

	if (fleet->cause == DRIVER_BUILD && day >= machine->spread_day &&
	    chance(fleet, 0.12))
		add_crash(fleet, number, day, 0xd1, "netx.sys", 100);
	if (fleet->cause == BIOS && machine->bios == 5 && chance(fleet, 0.06)) {
		const unsigned driver = below(fleet, 4);

		add_crash(fleet, number, day, 0x7f, drivers[driver],
			  200 + driver);
	}
	if (fleet->cause == MODEL && machine->model == 0 && chance(fleet, 0.05))
		add_crash(fleet, number, day, 0x9c0, "beta.sys", 300);
	if (fleet->cause == BAD_MEMORY && number == 17 && chance(fleet, 0.3)) {
		const unsigned way = below(fleet, 12);

		add_crash(fleet, number, day, way < 3 ? 0x4e : 0x3b,
			  drivers[way % 4], 400 + way);
	}
	if (fleet->cause == HYPERVISOR && machine->guest && chance(fleet, 0.05))
		add_crash(fleet, number, day, 0x1ca, "nt", 500);
	if (fleet->cause == OVERWRITER && chance(fleet, 0.005))
		add_crash(fleet, number, day, 0x19, "nt", 600);
}

static void make_fleet(struct fleet *fleet, const char *folder)
{
	struct error err;

	arena_init(&fleet->arena);
	must(store_open(folder, STORE_WRITE, &fleet->store, &err), &err);
	must(store_begin(fleet->store, &err), &err);
	make_machines(fleet);
	for (unsigned day = 0; day < DAYS; day++)
		for (unsigned i = 0; i < fleet->machine_count; i++) {
			const double rate =
				(day % 7 < 2 ? 0.4 : 1.2) * 1.2 / (i + 3.0);

			if (chance(fleet, rate))
				everyday(fleet, i, day);
			caused(fleet, i, day);
		}
	must(store_commit(fleet->store, &err), &err);
	must(settle_store(fleet->store, SETTLE_ALWAYS, &err), &err);
	store_close(fleet->store);
	arena_deinit(&fleet->arena);
	must(store_open(folder, STORE_READ, &fleet->store, &err), &err);
	must(store_begin(fleet->store, &err), &err);
}

/* An option of a command, as its table has it. */
static void set(const struct query_command *command, const char *name,
		const char *text, uint64_t number)
{
	for (const struct cli_option *option = command->options; option->name;
	     option++) {
		if (strcmp(option->name, name) != 0)
			continue;
		if (option->kind == CLI_TEXT)
			*(const char **)option->target = text;
		else
			*(uint64_t *)option->target = number;
	}
}

struct reply {
	enum cli_exit code;
	char first[160]; /* the first row ... */
	char second[160];
	size_t rows;
};

/* On that day of the fleet; what came later is not known yet. */
static struct reply ask(struct fleet *fleet, unsigned day,
			const struct query_command *command, const char *word)
{
	struct reply reply = { .code = CLI_NO };
	struct query query = {
		.store = fleet->store,
		.printer = table_find_printer("csv"),
		.operands = &word,
		.operand_count = word != NULL,
		.now = (FIRST_DAY + day) * DAY_TICKS,
		.now_is_given = true,
	};
	char *text = NULL, *line;
	size_t size;
	struct error err;

	query.out = open_memstream(&text, &size);
	arena_init(&query.arena);
	must(command->run(&query, &reply.code, &err), &err);
	arena_deinit(&query.arena);
	fclose(query.out);
	strtok(text, "\r\n");
	while ((line = strtok(NULL, "\r\n")) != NULL) {
		if (reply.rows < 2)
			snprintf(reply.rows ? reply.second : reply.first,
				 sizeof(reply.first), "%s", line);
		reply.rows++;
	}
	free(text);
	return reply;
}

static struct fleet *begin(uint64_t seed, enum cause cause, const char *folder,
			   char name[256])
{
	struct fleet *fleet = calloc(1, sizeof(*fleet));

	if (!fleet)
		abort();
	fleet->seed = hash_mix(seed, cause);
	fleet->cause = cause;
	snprintf(name, 256, "%s/%d-%" PRIu64, folder, (int)cause, seed);
	make_fleet(fleet, name);
	return fleet;
}

static void end(struct fleet *fleet, const char *name)
{
	char command[300];

	store_end(fleet->store);
	store_close(fleet->store);
	free(fleet);
	snprintf(command, sizeof(command), "rm -rf '%s'", name);
	if (system(command))
		exit(1);
}

static const struct question {
	const char *name;
	const struct query_command *command;
	const char *word;
	double promised;
	uint64_t window;
	unsigned day;
} questions[] = {
	{ "trends --window=7", &trends_command, NULL, 0.05, 7, DAYS - 1 },
	{ "trends --window=28", &trends_command, NULL, 0.05, 28, DAYS - 1 },
	{ "trends --window=28, 4 days before it", &trends_command, NULL, 0.05,
	  28, 31 },
	{ "correlate bugcheck=d1", &correlate_command, "bugcheck=d1", 0.05, 0,
	  DAYS - 1 },
	{ "correlate bugcheck=101 (and residue)", &correlate_command,
	  "bugcheck=101", 0.1, 0, DAYS - 1 },
	{ "suspects", &suspects_command, NULL, 0.01, 0, DAYS - 1 },
	{ "values", &values_command, NULL, 0.05, 0, DAYS - 1 },
};

enum {
	QUESTIONS = sizeof(questions) / sizeof(questions[0])
};

static void count_alarms(uint64_t seeds, const char *folder)
{
	uint64_t alarms[QUESTIONS] = { 0 };
	char name[256];

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct fleet *fleet = begin(seed, NONE, folder, name);

		for (size_t i = 0; i < QUESTIONS; i++) {
			const struct question *at = &questions[i];

			set(&trends_command, "window", NULL, at->window);
			const struct reply reply =
				ask(fleet, at->day, at->command, at->word);

			alarms[i] += reply.code == CLI_YES;
			if (reply.code == CLI_YES)
				fprintf(stderr, "seed %" PRIu64 ": %s: %s\n",
					seed, at->name, reply.first);
		}
		end(fleet, name);
	}
	printf("%-40s %8s %8s %18s %9s\n", "nothing to find", "fleets",
	       "alarms", "rate, 95 %", "promised");
	for (size_t i = 0; i < QUESTIONS; i++) {
		const struct interval sure = statistics_share(alarms[i], seeds);

		printf("%-40s %8" PRIu64 " %8" PRIu64
		       " %5.3f %5.3f..%5.3f %9.2f\n",
		       questions[i].name, seeds, alarms[i],
		       (double)alarms[i] / (double)seeds, sure.low, sure.high,
		       questions[i].promised);
	}
}

/* What the first row has to say, and how many rows may stand there. */
static const struct truth {
	enum cause cause;
	const struct query_command *command;
	const char *word, *first;
	size_t rows; /* more would name somebody innocent; 0 = any */
} truths[] = {
	{ DRIVER_BUILD, &trends_command, NULL, "netx.sys", 1 },
	{ DRIVER_BUILD, &correlate_command, "fault=netx.sys",
	  "cause,driver=netx.sys (build 6200000000008000)", 0 },
	{ BIOS, &correlate_command, "bugcheck=7f", "cause,biosversion=2.05",
	  0 },
	{ MODEL, &correlate_command, "bugcheck=9c0", "cause,product=Lap 1", 0 },
	{ BAD_MEMORY, &suspects_command, NULL, ",00000000000003f9,", 1 },
	{ HYPERVISOR, &correlate_command, "bugcheck=1ca",
	  "cause,hypervisor=xen", 0 },
	{ OVERWRITER, &values_command, NULL, "0x8b905ed7c433a9f1", 1 },
};

enum {
	TRUTHS = sizeof(truths) / sizeof(truths[0])
};

static void count_truths(uint64_t seeds, const char *folder)
{
	uint64_t found[TRUTHS] = { 0 }, innocent[TRUTHS] = { 0 };
	char name[256];

	set(&trends_command, "by", "fault", 0);
	set(&trends_command, "window", NULL, 28);
	for (uint64_t seed = 1; seed <= seeds; seed++) {
		for (enum cause cause = NONE + 1; cause < CAUSES; cause++) {
			struct fleet *fleet = begin(seed, cause, folder, name);

			for (size_t i = 0; i < TRUTHS; i++) {
				const struct truth *at = &truths[i];

				if (at->cause != cause)
					continue;
				const struct reply reply = ask(
					fleet, DAYS - 1, at->command, at->word);
				const bool is_first =
					strstr(reply.first, at->first) != NULL;
				/* A second cause beside the true one. */
				const bool too_many =
					at->rows ? reply.rows > at->rows
						 : strstr(reply.second,
							  ",cause,") != NULL;

				found[i] += is_first;
				innocent[i] += too_many;
				if (!is_first || too_many)
					fprintf(stderr,
						"seed %" PRIu64
						": want %s: %s | %s\n",
						seed, at->first, reply.first,
						reply.second);
			}
			end(fleet, name);
		}
	}
	printf("%-56s %8s %8s %9s\n", "one cause", "fleets", "first",
	       "innocents");
	for (size_t i = 0; i < TRUTHS; i++)
		printf("%-56s %8" PRIu64 " %8" PRIu64 " %9" PRIu64 "\n",
		       truths[i].first, seeds, found[i], innocent[i]);
}

int main(int argc, char **argv)
{
	const uint64_t seeds = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;

	if (argc != 3 || !seeds) {
		fprintf(stderr, "usage: alarms_bench SEEDS FOLDER\n");
		return 2;
	}
	count_alarms(seeds, argv[2]);
	count_truths((seeds + 9) / 10, argv[2]);
	return 0;
}
