#include "query/page.h"

#include <inttypes.h>
#include <string.h>

#include "query/cell.h"
#include "query/page_stack.h"
#include "query/table.h"
#include "query/terminal.h"
#include "query/value.h"
#include "signatures/base/text.h"
#include "signatures/identity.h"
#include "signatures/knowledge/ntstatus.h"
#include "signatures/knowledge/osmodule.h"
#include "signatures/meaning.h"

enum {
	PAGE_COLUMNS = 80,
};

struct page {
	FILE *out;
	struct arena *arena;
	const struct store_crash *crash;
};

static const char *shown(struct page *page, const char *text)
{
	return text ? table_visible(page->arena, text) : "-";
}

static void heading(struct page *page, const char *text)
{
	fprintf(page->out, "\n%s%s%s\n", terminal_style(TERMINAL_STRONG), text,
		terminal_style(TERMINAL_PLAIN));
}

static void line(struct page *page, const char *name, const char *text)
{
	if (text && *text)
		fprintf(page->out, "  %-13s %s\n", name, shown(page, text));
}

/* "1 d 02:03:04" */
static const char *duration(struct arena *arena, uint64_t ticks)
{
	const uint64_t s = ticks / TEXT_TICKS_PER_SECOND;
	const uint64_t days = s / 86400;
	const char *clock =
		text_printf(arena, "%02" PRIu64 ":%02" PRIu64 ":%02" PRIu64,
			    s / 3600 % 24, s / 60 % 60, s % 60);

	return days ? text_printf(arena, "%" PRIu64 " d %s", days, clock)
		    : clock;
}

static void print_top(struct page *page, const char *cluster,
		      const struct mark *mark)
{
	const struct crash *crash = &page->crash->crash;
	const char *time = cell_time(page->arena, crash);
	char id[IDENTITY_TEXT_BYTES];

	identity_text(page->crash->identity, id);
	fprintf(page->out, "%s  %s  %s\n", id,
		time ? time : "at an unknown time",
		shown(page, cell_source(page->crash)));
	if (!crash_is_crash(crash))
		fputs("no crash: somebody took this of a running machine\n",
		      page->out);
	if (cluster)
		fprintf(page->out, "cluster %s\n", cluster);
	if (mark->issue)
		fprintf(page->out, "%s%s\n",
			mark->regressed ? "" : "known issue: ",
			shown(page, mark_text(page->arena, mark)));
}

/* What an argument is, and what its value is called where it has a name. */
static void print_argument(struct page *page, unsigned i)
{
	const struct crash_bugcheck *bugcheck = &page->crash->crash.bugcheck;
	const enum role role = meaning_argument(bugcheck, i);
	const char *meaning = role == ROLE_UNKNOWN ? "" : role_meaning(role);
	const uint64_t value = bugcheck->args[i].value;
	const bool is_status =
		role == ROLE_NTSTATUS || role == ROLE_EXCEPTION_CODE;
	const char *name = is_status ? ntstatus_name((uint32_t)value) : NULL;

	if (!bugcheck->args[i].known) {
		fprintf(page->out, "  %u  %-18s  %s\n", i + 1, "-", meaning);
		return;
	}

	const char *number = text_printf(page->arena, "0x%" PRIx64, value);

	if (!*meaning && !name)
		fprintf(page->out, "  %u  %s\n", i + 1, number);
	else
		fprintf(page->out, "  %u  %-18s  %s%s%s\n", i + 1, number,
			name ? name : "", name ? ": " : "", meaning);
}

static void print_bugcheck(struct page *page)
{
	const struct crash *crash = &page->crash->crash;
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;

	if (bugcheck->code.known) {
		const uint64_t code = bugcheck->code.value;
		const char *name = value_bugcheck_name(code);

		fprintf(page->out, "\nBugCheck %" PRIX64 "%s%s%s\n", code,
			name ? ": " : "", name ? name : "",
			bugcheck->minidump_form
				? "  (written in its minidump form)"
				: "");
		line(page, "meaning", meaning_of(bugcheck, page->arena));
		for (unsigned i = 0; i < 4; i++)
			print_argument(page, i);
	}
	if (crash->exception.code.known) {
		const uint32_t code = (uint32_t)crash->exception.code.value;
		const char *name = ntstatus_name(code);

		fprintf(page->out, "\nException %08" PRIX32 "%s%s", code,
			name ? ": " : "", name ? name : "");
		if (crash->exception.address.known)
			fprintf(page->out, " at 0x%" PRIx64,
				crash->exception.address.value);
		fputc('\n', page->out);
	}
}

static void print_fault(struct page *page)
{
	const struct crash_fault *fault = &page->crash->crash.fault;

	heading(page, "Fault");
	if (!fault->module) {
		fputs("  nobody can be blamed from this image\n", page->out);
		return;
	}
	line(page, "module", cell_fault(page->arena, &page->crash->crash));
	if (fault->build)
		line(page, "build",
		     text_printf(page->arena, "%016" PRIx64, fault->build));
	line(page, "evidence", crash_fault_how_name(fault->how));
	line(page, "trust", crash_trust_name(fault->trust));
}

static void print_machine(struct page *page)
{
	const struct crash *crash = &page->crash->crash;
	const struct crash_machine *machine = &crash->machine;
	struct arena *arena = page->arena;
	const char *arch = crash_arch_name(machine->arch);
	const char *product = crash_product_name(machine->product);

	heading(page, "Machine");
	if (machine->id.known)
		line(page, "id",
		     text_printf(arena, "%016" PRIx64, machine->id.value));
	line(page, "system", machine->manufacturer);
	line(page, "product", machine->product_name);
	line(page, "version", machine->product_version);
	line(page, "board", machine->board);
	if (machine->bios_vendor || machine->bios_version)
		line(page, "bios",
		     text_printf(
			     arena, "%s %s %s",
			     machine->bios_vendor ? machine->bios_vendor : "",
			     machine->bios_version ? machine->bios_version : "",
			     machine->bios_date ? machine->bios_date : ""));
	line(page, "cpu", machine->cpu);
	if (machine->cpus.known)
		line(page, "processors",
		     text_printf(arena, "%" PRIu64, machine->cpus.value));
	line(page, "hypervisor", machine->hypervisor);
	for (size_t i = 0; i < machine->evidence_count; i++)
		line(page, "", machine->evidence[i]);
	if (machine->os_build.known)
		line(page, "windows",
		     text_printf(arena, "build %" PRIu64 "%s%s%s%s",
				 machine->os_build.value, arch ? ", " : "",
				 arch ? arch : "", product ? ", " : "",
				 product ? product : ""));
	if (crash->uptime.known)
		line(page, "uptime", duration(arena, crash->uptime.value));
	line(page, "process", crash->process);
}

static void print_traces(struct page *page)
{
	const struct crash *crash = &page->crash->crash;

	if (crash->pool_count)
		heading(page, "Pool");
	for (size_t i = 0; i < crash->pool_count; i++) {
		const struct crash_pool *pool = &crash->pool[i];

		fprintf(page->out, "  %-9s %-4s",
			crash_pool_role_name(pool->role),
			pool->tag[0] ? shown(page, pool->tag) : "-");
		if (pool->bytes.known)
			fprintf(page->out, "  %" PRIu64 " bytes",
				pool->bytes.value);
		fprintf(page->out, "%s%s\n", pool->owner ? "  owner " : "",
			pool->owner ? shown(page, pool->owner) : "");
	}
	if (crash->residue_count)
		heading(page, "Left on the raw stack");
	for (size_t i = 0; i < crash->residue_count; i++)
		fprintf(page->out, "  %4" PRIu32 "  %s\n",
			crash->residue[i].count,
			shown(page, crash->residue[i].module));
	if (crash->flag_count)
		heading(page, "Odd about it");
	for (size_t i = 0; i < crash->flag_count; i++)
		fprintf(page->out, "  %s\n", shown(page, crash->flags[i]));
}

static void print_module(struct page *page, const struct crash_module *module)
{
	fprintf(page->out,
		"  0x%016" PRIx64 " %8" PRIx32 "  %016" PRIx64 "  %s\n",
		module->base, module->bytes, module->build,
		shown(page, module->name));
}

static bool is_windows(const struct crash_module *module)
{
	return osmodule_tier(module->name) != OSMODULE_ABSENT;
}

/* Names in lines as wide as a terminal. */
static void print_names(struct page *page, bool windows)
{
	const struct crash *crash = &page->crash->crash;
	size_t at = 0;

	for (size_t i = 0; i < crash->module_count; i++) {
		if (is_windows(&crash->modules[i]) != windows)
			continue;

		const char *name = shown(page, crash->modules[i].name);
		const size_t width = table_width(name);

		if (at && at + 1 + width > PAGE_COLUMNS) {
			fputc('\n', page->out);
			at = 0;
		}
		fprintf(page->out, "%s%s", at ? " " : "  ", name);
		at += width + (at ? 1 : 2);
	}
	if (at)
		fputc('\n', page->out);
}

static void print_modules(struct page *page, bool whole)
{
	const struct crash *crash = &page->crash->crash;
	size_t windows = 0;

	for (size_t i = 0; i < crash->module_count; i++)
		windows += is_windows(&crash->modules[i]);
	if (crash->module_count > windows)
		fprintf(page->out,
			"\nModules of others (%zu): base, size, build\n",
			crash->module_count - windows);
	for (size_t i = 0; i < crash->module_count; i++) {
		if (!is_windows(&crash->modules[i]))
			print_module(page, &crash->modules[i]);
	}
	if (windows)
		fprintf(page->out, "\nModules of Windows (%zu)\n", windows);
	for (size_t i = 0; whole && i < crash->module_count; i++) {
		if (is_windows(&crash->modules[i]))
			print_module(page, &crash->modules[i]);
	}
	if (!whole)
		print_names(page, true);
	if (crash->unloaded_count)
		heading(page, "Unloaded");
	for (size_t i = 0; i < crash->unloaded_count; i++)
		fprintf(page->out, "  0x%016" PRIx64 " %8" PRIx64 "  %s\n",
			crash->unloaded[i].base, crash->unloaded[i].bytes,
			shown(page, crash->unloaded[i].name));
}

static void print_files(struct page *page)
{
	const struct crash *crash = &page->crash->crash;
	struct arena *arena = page->arena;

	if (crash->buckets.exact || crash->buckets.portable ||
	    crash->buckets.modules) {
		heading(page, "Buckets");
		line(page, "exact",
		     text_printf(arena, "%016" PRIx64, crash->buckets.exact));
		line(page, "portable",
		     text_printf(arena, "%016" PRIx64,
				 crash->buckets.portable));
		line(page, "modules",
		     text_printf(arena, "%016" PRIx64, crash->buckets.modules));
	}
	if (crash->problem_count)
		heading(page, "Problems of the image");
	for (size_t i = 0; i < crash->problem_count; i++)
		fprintf(page->out, "  %s\n", shown(page, crash->problems[i]));
	heading(page, page->crash->file_count > 1
			      ? "Files of this crash, the richest first"
			      : "File");
	for (size_t i = 0; i < page->crash->file_count; i++) {
		const struct record_file *file = &page->crash->files[i];
		char content[33];
		char time[TEXT_TIME_BYTES];

		hash_128_text(file->crash.image.content, content);
		fprintf(page->out,
			"  %s\n    %s, %" PRIu64 " bytes%s, in since %s\n"
			"    xxh3 %s\n",
			shown(page, file->source),
			crash_kind_name(file->crash.image.kind),
			file->crash.image.bytes,
			file->crash.image.complete ? "" : ", incomplete",
			text_time(file->ingested, time), content);
	}
}

void page_print(FILE *out, const struct store_crash *crash, const char *cluster,
		const struct mark *mark, const struct page_options *options,
		struct arena *arena)
{
	struct page page = { .out = out, .arena = arena, .crash = crash };

	print_top(&page, cluster, mark);
	print_bugcheck(&page);
	print_fault(&page);
	page_stack_print(out, &crash->crash, options->words, arena);
	print_machine(&page);
	print_traces(&page);
	print_modules(&page, options->modules);
	print_files(&page);
}
