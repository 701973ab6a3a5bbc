#include "signatures/identity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* How much a kind of file holds when nothing is missing from it. */
static int rank_of_kind(enum crash_kind kind)
{
	switch (kind) {
	case CRASH_KERNEL_FULL:
		return 8;
	case CRASH_KERNEL_BITMAP:
	case CRASH_KERNEL_ACTIVE:
	case CRASH_KERNEL_SUMMARY:
		return 7;
	case CRASH_KERNEL_LIVE:
		return 6;
	case CRASH_KERNEL_TRIAGE:
		return 5;
	case CRASH_USER_MINI:
		return 4;
	case CRASH_KERNEL_HEADER:
		return 3;
	case CRASH_DEBUGGER_LOG:
		return 2;
	case CRASH_IMPORTED:
	case CRASH_EVENT:
		return 1;
	case CRASH_KIND_UNKNOWN:
	case CRASH_KINDS:
		break;
	}
	return 0;
}

int identity_merge_facts(const struct crash *crash)
{
	const struct crash_machine *machine = &crash->machine;
	int facts = 0;

	facts += crash->time.known;
	facts += crash->uptime.known;
	facts += crash->bugcheck.code.known;
	for (size_t i = 0; i < 4; i++)
		facts += crash->bugcheck.args[i].known &&
			 crash->bugcheck.args[i].value;
	facts += crash->exception.code.known;
	facts += crash->exception.address.known;
	facts += crash->fault.module != NULL;
	facts += crash->fault.offset.known;
	facts += crash->process != NULL;
	facts += crash->stack.count > 0;
	facts += crash->module_count > 0;
	facts += crash->unloaded_count > 0;
	facts += crash->pool_count > 0;
	facts += crash->buckets.exact != 0;
	facts += machine->id.known;
	facts += machine->cpus.known;
	facts += machine->os_build.known;
	facts += machine->product_name != NULL;
	facts += machine->bios_version != NULL;
	facts += machine->cpu != NULL;
	return facts;
}

static int order_number(uint64_t a, uint64_t b)
{
	return a > b ? -1 : a < b;
}

/* A file cut before its modules holds little, whatever it set out to be. */
static int worth(const struct crash *crash)
{
	if (!crash->image.complete && !crash->module_count)
		return 0;
	return rank_of_kind(crash->image.kind);
}

/* Richest first; files of equal worth by their content. */
static int by_richness(const void *left, const void *right)
{
	const struct crash *a = *(const struct crash *const *)left;
	const struct crash *b = *(const struct crash *const *)right;
	int order = worth(b) - worth(a);

	if (!order)
		order = b->image.complete - a->image.complete;
	if (!order)
		order = identity_merge_facts(b) - identity_merge_facts(a);
	if (!order)
		order = order_number(a->image.content.high,
				     b->image.content.high);
	return order ? order
		     : order_number(a->image.content.low, b->image.content.low);
}

static void fill(struct crash_number *number, struct crash_number other)
{
	if (!number->known)
		*number = other;
}

static void fill_text(const char **text, const char *other)
{
	if (!*text)
		*text = other;
}

static void fill_machine(struct crash_machine *machine,
			 const struct crash_machine *other)
{
	if (!machine->arch)
		machine->arch = other->arch;
	fill(&machine->cpus, other->cpus);
	fill_text(&machine->cpu, other->cpu);
	fill(&machine->os_build, other->os_build);
	if (!machine->product)
		machine->product = other->product;
	fill_text(&machine->manufacturer, other->manufacturer);
	fill_text(&machine->product_name, other->product_name);
	fill_text(&machine->product_version, other->product_version);
	fill_text(&machine->board, other->board);
	fill_text(&machine->bios_vendor, other->bios_vendor);
	fill_text(&machine->bios_version, other->bios_version);
	fill_text(&machine->bios_date, other->bios_date);
	if (!machine->hypervisor && !machine->evidence_count) {
		machine->hypervisor = other->hypervisor;
		machine->evidence = other->evidence;
		machine->evidence_count = other->evidence_count;
	}
}

/* Lists are never mixed: each is whole, from the first file that has it. */
static void fill_lists(struct crash *crash, const struct crash *other)
{
	if (!crash->stack.count) {
		crash->stack = other->stack;
		crash->walked = other->walked;
		crash->buckets = other->buckets;
		crash->trail = other->trail;
		crash->trail_count = other->trail_count;
	}
	if (!crash->pool_count) {
		crash->pool = other->pool;
		crash->pool_count = other->pool_count;
	}
	if (!crash->residue_count) {
		crash->residue = other->residue;
		crash->residue_count = other->residue_count;
	}
	if (!crash->processor_count) {
		crash->processors = other->processors;
		crash->processor_count = other->processor_count;
	}
	if (!crash->value_count) {
		crash->values = other->values;
		crash->value_count = other->value_count;
	}
	/* Candidates point into the modules. */
	if (!crash->module_count) {
		crash->modules = other->modules;
		crash->module_count = other->module_count;
		crash->candidates = other->candidates;
		crash->candidate_count = other->candidate_count;
	}
	if (!crash->unloaded_count) {
		crash->unloaded = other->unloaded;
		crash->unloaded_count = other->unloaded_count;
	}
}

/* Flags of a fact of one file: they come along with the fact. */
static bool is_of_file(const char *flag)
{
	return !strcmp(flag, CRASH_MACHINE_BY_NAME) ||
	       !strcmp(flag, CRASH_TIME_LOCAL) || !strcmp(flag, CRASH_REPORT);
}

static void fill_crash(struct crash *crash, const struct crash *other,
		       struct arena *arena)
{
	fill(&crash->time, other->time);
	fill(&crash->uptime, other->uptime);
	if (!crash->bugcheck.code.known)
		crash->bugcheck.minidump_form = other->bugcheck.minidump_form;
	fill(&crash->bugcheck.code, other->bugcheck.code);
	for (size_t i = 0; i < 4; i++)
		if (!crash->bugcheck.args[i].known ||
		    (!crash->bugcheck.args[i].value &&
		     other->bugcheck.args[i].value))
			crash->bugcheck.args[i] = other->bugcheck.args[i];
	if (!crash->exception.code.known)
		crash->exception = other->exception;
	if (!crash->fault.module) {
		crash->fault = other->fault;
		crash->blamed = other->blamed;
	}
	fill_text(&crash->process, other->process);
	fill_machine(&crash->machine, &other->machine);
	fill_lists(crash, other);
	for (size_t i = 0; i < other->flag_count; i++)
		if (!is_of_file(other->flags[i]))
			crash_flag(crash, arena, other->flags[i]);
}

/*
 * An id out of the firmware before one of a name, and the flag that says which;
 * the clock is that of the first file that has one.
 */
static void choose_flags(const struct crash *crashes[], size_t count,
			 struct arena *arena, struct crash *crash)
{
	const struct crash *machine = NULL;
	const struct crash *clock = NULL;

	for (size_t i = 0; i < count; i++) {
		const bool by_name =
			crash_has_flag(crashes[i], CRASH_MACHINE_BY_NAME);

		if (crashes[i]->machine.id.known && (!machine || !by_name) &&
		    (!machine ||
		     crash_has_flag(machine, CRASH_MACHINE_BY_NAME)))
			machine = crashes[i];
		if (crashes[i]->time.known && !clock)
			clock = crashes[i];
	}
	if (machine)
		crash->machine.id = machine->machine.id;
	if (machine && crash_has_flag(machine, CRASH_MACHINE_BY_NAME))
		crash_flag(crash, arena, CRASH_MACHINE_BY_NAME);
	if (clock && crash_has_flag(clock, CRASH_TIME_LOCAL))
		crash_flag(crash, arena, CRASH_TIME_LOCAL);
}

void identity_merge(const struct crash *crashes[], size_t count,
		    struct arena *arena, struct crash *ret)
{
	assert(count > 0);
	qsort(crashes, count, sizeof(crashes[0]), by_richness);

	struct crash crash = *crashes[0];

	/* Flags are added to a list of its own. */
	crash.flags = NULL;
	crash.flag_count = 0;
	for (size_t i = 0; i < crashes[0]->flag_count; i++)
		if (!is_of_file(crashes[0]->flags[i]) ||
		    !strcmp(crashes[0]->flags[i], CRASH_REPORT))
			crash_flag(&crash, arena, crashes[0]->flags[i]);
	for (size_t i = 1; i < count; i++)
		fill_crash(&crash, crashes[i], arena);
	choose_flags(crashes, count, arena, &crash);
	*ret = crash;
}
