#include "signatures/field.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "signatures/base/limits.h"
#include "signatures/knowledge/bugcheck.h"
#include "signatures/meaning.h"

static void give_number(struct crash_number number, field_take *take,
			void *closure)
{
	if (number.known)
		take(closure, (struct field_value){ .number = number.value });
}

/* For numbers that say "unknown" by 0. */
static void give_nonzero(uint64_t number, field_take *take, void *closure)
{
	if (number)
		take(closure, (struct field_value){ .number = number });
}

static void give_text(const char *text, field_take *take, void *closure)
{
	if (text && *text)
		take(closure, (struct field_value){ .text = text });
}

/* A field that gives one member of a crash: its function is its expression. */
#define FIELD_GIVES(name, give, expression)                                    \
	static void name(const struct crash *crash, field_take *take,          \
			 void *closure)                                        \
	{                                                                      \
		give(expression, take, closure);                               \
	}

FIELD_GIVES(give_arch, give_text, crash_arch_name(crash->machine.arch))
FIELD_GIVES(give_arg1, give_number, crash->bugcheck.args[0])
FIELD_GIVES(give_arg2, give_number, crash->bugcheck.args[1])
FIELD_GIVES(give_arg3, give_number, crash->bugcheck.args[2])
FIELD_GIVES(give_arg4, give_number, crash->bugcheck.args[3])
FIELD_GIVES(give_biosdate, give_text, crash->machine.bios_date)
FIELD_GIVES(give_biosvendor, give_text, crash->machine.bios_vendor)
FIELD_GIVES(give_biosversion, give_text, crash->machine.bios_version)
FIELD_GIVES(give_board, give_text, crash->machine.board)
FIELD_GIVES(give_bugcheck, give_number, crash->bugcheck.code)
FIELD_GIVES(give_build, give_number, crash->machine.os_build)
FIELD_GIVES(give_complete, give_text, crash->image.complete ? "yes" : "no")
FIELD_GIVES(give_cpu, give_text, crash->machine.cpu)
FIELD_GIVES(give_cpus, give_number, crash->machine.cpus)
FIELD_GIVES(give_exact, give_nonzero, crash->buckets.exact)
FIELD_GIVES(give_exception, give_number, crash->exception.code)
FIELD_GIVES(give_fault, give_text, crash->fault.module)
FIELD_GIVES(give_faultbuild, give_nonzero, crash->fault.build)
FIELD_GIVES(give_how, give_text, crash_fault_how_name(crash->fault.how))
FIELD_GIVES(give_hypervisor, give_text, crash->machine.hypervisor)
FIELD_GIVES(give_kind, give_text, crash_kind_name(crash->image.kind))
FIELD_GIVES(give_machine, give_number, crash->machine.id)
FIELD_GIVES(give_manufacturer, give_text, crash->machine.manufacturer)
FIELD_GIVES(give_modules, give_nonzero, crash->buckets.modules)
FIELD_GIVES(give_offset, give_number, crash->fault.offset)
FIELD_GIVES(give_osproduct, give_text,
	    crash_product_name(crash->machine.product))
FIELD_GIVES(give_portable, give_nonzero, crash->buckets.portable)
FIELD_GIVES(give_process, give_text, crash->process)
FIELD_GIVES(give_product, give_text, crash->machine.product_name)
FIELD_GIVES(give_time, give_number, crash->time)
FIELD_GIVES(give_trust, give_text, crash_trust_name(crash->fault.trust))
FIELD_GIVES(give_uptime, give_number, crash->uptime)

static void give_bios(const struct crash *crash, field_take *take,
		      void *closure)
{
	give_text(crash->machine.bios_vendor, take, closure);
	give_text(crash->machine.bios_version, take, closure);
}

static void give_bucket(const struct crash *crash, field_take *take,
			void *closure)
{
	give_nonzero(crash->buckets.exact, take, closure);
	give_nonzero(crash->buckets.portable, take, closure);
	give_nonzero(crash->buckets.modules, take, closure);
}

static void give_class(const struct crash *crash, field_take *take,
		       void *closure)
{
	const struct crash_number code = crash->bugcheck.code;

	if (code.known && code.value <= UINT32_MAX)
		give_text(meaning_class((uint32_t)code.value), take, closure);
}

static void give_stopcode(const struct crash *crash, field_take *take,
			  void *closure)
{
	struct crash_number code = crash->bugcheck.code;

	if (crash->bugcheck.minidump_form)
		code.value |= BUGCHECK_MINIDUMP;
	give_number(code, take, closure);
}

static void give_driver(const struct crash *crash, field_take *take,
			void *closure)
{
	for (size_t i = 0; i < crash->module_count; i++)
		give_text(crash->modules[i].name, take, closure);
}

static void give_driverbuild(const struct crash *crash, field_take *take,
			     void *closure)
{
	char text[LIMIT_TEXT_BYTES + 32];

	for (size_t i = 0; i < crash->module_count; i++) {
		const struct crash_module *module = &crash->modules[i];

		if (!module->build)
			continue;
		snprintf(text, sizeof(text), "%.*s@%016" PRIx64,
			 LIMIT_TEXT_BYTES, module->name, module->build);
		give_text(text, take, closure);
	}
}

static void give_flag(const struct crash *crash, field_take *take,
		      void *closure)
{
	for (size_t i = 0; i < crash->flag_count; i++)
		give_text(crash->flags[i], take, closure);
}

/* What a symbol names is kept whole; an offset means an offset in the image. */
static void give_one_frame(const struct crash_frame *frame, field_take *take,
			   void *closure)
{
	char text[3 * LIMIT_TEXT_BYTES];

	give_text(frame->module, take, closure);
	if (frame->symbol) {
		snprintf(text, sizeof(text), "%.*s%s%.*s", LIMIT_TEXT_BYTES,
			 frame->module ? frame->module : "",
			 frame->module ? "!" : "", LIMIT_TEXT_BYTES,
			 frame->symbol);
		give_text(text, take, closure);
	}
	if (frame->module && (!frame->symbol || frame->address)) {
		snprintf(text, sizeof(text), "%.*s+0x%" PRIx64,
			 LIMIT_TEXT_BYTES, frame->module, frame->offset);
		give_text(text, take, closure);
	}
}

static void give_frame(const struct crash *crash, field_take *take,
		       void *closure)
{
	for (size_t i = 0; i < crash->stack.count; i++)
		give_one_frame(&crash->stack.frames[i], take, closure);
}

/* Frames, sure or not; a crash without a stack has no number of them. */
static void give_frames(const struct crash *crash, bool sure, field_take *take,
			void *closure)
{
	uint64_t count = 0;

	for (size_t i = 0; i < crash->stack.count; i++)
		count += crash_frame_is_sure(&crash->stack.frames[i]) == sure;
	if (crash->stack.count)
		take(closure, (struct field_value){ .number = count });
}

static void give_sureframes(const struct crash *crash, field_take *take,
			    void *closure)
{
	give_frames(crash, true, take, closure);
}

static void give_scanned(const struct crash *crash, field_take *take,
			 void *closure)
{
	give_frames(crash, false, take, closure);
}

static void give_poolowner(const struct crash *crash, field_take *take,
			   void *closure)
{
	for (size_t i = 0; i < crash->pool_count; i++)
		give_text(crash->pool[i].owner, take, closure);
}

static void give_pooltag(const struct crash *crash, field_take *take,
			 void *closure)
{
	for (size_t i = 0; i < crash->pool_count; i++)
		give_text(crash->pool[i].tag, take, closure);
}

static void give_residue(const struct crash *crash, field_take *take,
			 void *closure)
{
	for (size_t i = 0; i < crash->residue_count; i++)
		give_text(crash->residue[i].module, take, closure);
}

static void give_values(const struct crash *crash, bool sound, field_take *take,
			void *closure)
{
	for (size_t i = 0; i < crash->value_count; i++)
		if (crash->values[i].is_sound == sound)
			take(closure,
			     (struct field_value){
				     .number = crash->values[i].word });
}

static void give_value(const struct crash *crash, field_take *take,
		       void *closure)
{
	give_values(crash, false, take, closure);
}

static void give_soundvalue(const struct crash *crash, field_take *take,
			    void *closure)
{
	give_values(crash, true, take, closure);
}

static void give_unloaded(const struct crash *crash, field_take *take,
			  void *closure)
{
	for (size_t i = 0; i < crash->unloaded_count; i++)
		give_text(crash->unloaded[i].name, take, closure);
}

/* Next free number: 54. */
const struct field field_table[] = {
	{ "arch", "x86, x64 or arm64: arch=x64", FIELD_TEXT, FIELD_COLUMN, 1,
	  give_arch },
	{ "arg1", "first bugcheck argument: arg1=0x29", FIELD_HEX, FIELD_RAW, 2,
	  give_arg1 },
	{ "arg2", "second bugcheck argument: arg2=2", FIELD_HEX, FIELD_RAW, 3,
	  give_arg2 },
	{ "arg3", "third bugcheck argument: arg3=0..8", FIELD_HEX, FIELD_RAW, 4,
	  give_arg3 },
	{ "arg4", "fourth bugcheck argument: arg4=0x1c", FIELD_HEX, FIELD_RAW,
	  5, give_arg4 },
	{ "bios", "vendor or version of the BIOS: bios=Xen*", FIELD_TEXT,
	  FIELD_POSTINGS, 6, give_bios },
	{ "biosdate", "date of the BIOS as it gives it: biosdate=*2021",
	  FIELD_TEXT, FIELD_COLUMN, 7, give_biosdate },
	{ "biosvendor", "vendor of the BIOS: biosvendor=Dell*", FIELD_TEXT,
	  FIELD_COLUMN, 8, give_biosvendor },
	{ "biosversion", "version of the BIOS: biosversion=1.2.3", FIELD_TEXT,
	  FIELD_COLUMN, 9, give_biosversion },
	{ "board", "main board: board=X570*", FIELD_TEXT, FIELD_COLUMN, 10,
	  give_board },
	{ "bucket", "any of the three buckets: bucket=3f9a1b2c4d5e6f70",
	  FIELD_HEX, FIELD_POSTINGS, 11, give_bucket },
	{ "bugcheck", "code or name, minidump form folded: bugcheck=d1",
	  FIELD_HEX, FIELD_COLUMN, 12, give_bugcheck },
	{ "build", "build of the operating system: build=19041..", FIELD_NUMBER,
	  FIELD_COLUMN, 13, give_build },
	{ "class", "class of the bugcheck: class=pool", FIELD_TEXT,
	  FIELD_COLUMN, 14, give_class },
	{ "cluster", "cluster the crash was joined to: cluster=3f9a*",
	  FIELD_TEXT, FIELD_COLUMN, 15, NULL },
	{ "complete", "is the file as long as it says: complete=no", FIELD_TEXT,
	  FIELD_COLUMN, 16, give_complete },
	{ "cpu", "name of the processor: cpu=*Ryzen*", FIELD_TEXT, FIELD_COLUMN,
	  17, give_cpu },
	{ "cpus", "how many processors: cpus=1", FIELD_NUMBER, FIELD_COLUMN, 18,
	  give_cpus },
	{ "driver", "any loaded module: driver=xen*", FIELD_TEXT, FIELD_MODULES,
	  19, give_driver },
	{ "driverbuild",
	  "any loaded module and its build: driverbuild=ks.sys@*", FIELD_TEXT,
	  FIELD_MODULES, 20, give_driverbuild },
	{ "exact", "bucket that changes with a module build: exact=3f9a*",
	  FIELD_HEX, FIELD_COLUMN, 21, give_exact },
	{ "exception", "code of the exception: exception=c0000005", FIELD_HEX,
	  FIELD_COLUMN, 22, give_exception },
	{ "family", "family of clusters: family=3f9a*", FIELD_TEXT,
	  FIELD_COLUMN, 23, NULL },
	{ "fault", "module to blame: fault=ks.sys", FIELD_TEXT, FIELD_COLUMN,
	  24, give_fault },
	{ "faultbuild",
	  "build of the module to blame: faultbuild=4f71205100d1c000",
	  FIELD_HEX, FIELD_COLUMN, 25, give_faultbuild },
	{ "flag", "what was odd about it: flag=wild-pointer-ascii", FIELD_TEXT,
	  FIELD_POSTINGS, 26, give_flag },
	{ "frame", "anywhere on the stack: frame=nt+0x3fdb50 or frame=ks.sys",
	  FIELD_TEXT, FIELD_POSTINGS, 27, give_frame },
	{ "how", "what the blame rests on: how=argument", FIELD_TEXT,
	  FIELD_COLUMN, 28, give_how },
	{ "hypervisor", "what it ran under: hypervisor=xen", FIELD_TEXT,
	  FIELD_COLUMN, 29, give_hypervisor },
	{ "ingested", "when it came in: ingested=2026-11-01..", FIELD_TIME,
	  FIELD_RAW, 30, NULL },
	{ "kind", "kind of file: kind=kernel-triage", FIELD_TEXT, FIELD_COLUMN,
	  31, give_kind },
	{ "machine", "one machine: machine=0123456789abcdef", FIELD_HEX,
	  FIELD_COLUMN, 32, give_machine },
	{ "manufacturer", "who made the system: manufacturer=Dell*", FIELD_TEXT,
	  FIELD_COLUMN, 33, give_manufacturer },
	{ "modules", "bucket of module names alone: modules=3f9a*", FIELD_HEX,
	  FIELD_COLUMN, 34, give_modules },
	{ "offset", "where in the module to blame: offset=0x1ae9", FIELD_HEX,
	  FIELD_RAW, 35, give_offset },
	{ "osproduct", "workstation, server or domain-controller", FIELD_TEXT,
	  FIELD_COLUMN, 36, give_osproduct },
	{ "poolowner", "owner of a pool block: poolowner=driver.sys",
	  FIELD_TEXT, FIELD_POSTINGS, 37, give_poolowner },
	{ "pooltag", "tag of a pool block: pooltag=DRIV", FIELD_TEXT,
	  FIELD_POSTINGS, 38, give_pooltag },
	{ "portable", "bucket that survives a rebuild: portable=3f9a*",
	  FIELD_HEX, FIELD_COLUMN, 39, give_portable },
	{ "process", "process it happened in: process=System", FIELD_TEXT,
	  FIELD_COLUMN, 40, give_process },
	{ "product", "product name of the system: product=HVM*", FIELD_TEXT,
	  FIELD_COLUMN, 41, give_product },
	{ "residue", "left on a raw stack: residue=cfosspeed6.sys", FIELD_TEXT,
	  FIELD_POSTINGS, 42, give_residue },
	{ "scanned", "frames of the stack that are a guess: scanned=..2",
	  FIELD_NUMBER, FIELD_RAW, 51, give_scanned },
	{ "soundvalue", "word in sound pool beside damage: soundvalue=4f71a3c2",
	  FIELD_HEX, FIELD_POSTINGS, 53, give_soundvalue },
	{ "source", "path it was read from: source=march.7z/*", FIELD_TEXT,
	  FIELD_NONE, 43, NULL },
	{ "stopcode", "code as the dump carries it: stopcode=1000007e",
	  FIELD_HEX, FIELD_COLUMN, 44, give_stopcode },
	{ "sureframes", "frames of the stack that are none: sureframes=5..",
	  FIELD_NUMBER, FIELD_RAW, 50, give_sureframes },
	{ "time", "when it crashed: time=2026-11-01..2026-11-07", FIELD_TIME,
	  FIELD_RAW, 45, give_time },
	{ "trust", "stated, walked or guessed: trust=stated", FIELD_TEXT,
	  FIELD_COLUMN, 46, give_trust },
	{ "unclustered", "why it is in no cluster: unclustered=no*", FIELD_TEXT,
	  FIELD_COLUMN, 49, NULL },
	{ "unloaded", "any unloaded module: unloaded=usbstor.sys", FIELD_TEXT,
	  FIELD_POSTINGS, 47, give_unloaded },
	{ "uptime", "seconds since it started: uptime=..3600", FIELD_NUMBER,
	  FIELD_RAW, 48, give_uptime },
	{ "value", "word where damage was done: value=4f71a3c2", FIELD_HEX,
	  FIELD_POSTINGS, 52, give_value },
	{ NULL, NULL, FIELD_TEXT, FIELD_NONE, 0, NULL },
};

static struct field added[FIELD_ADDED_MAX + 1];

const struct field *field_add(const char *name, const char *help)
{
	size_t at = 0;

	while (added[at].name)
		at++;
	if (at == FIELD_ADDED_MAX || field_find(name))
		return NULL;
	added[at] = (struct field){ .name = name,
				    .help = help,
				    .type = FIELD_TEXT,
				    .index = FIELD_COLUMN,
				    .number = (uint8_t)(FIELD_ADDED + at) };
	return &added[at];
}

void field_drop(void)
{
	memset(added, 0, sizeof(added));
}

const struct field *field_added(void)
{
	return added;
}

static const struct field *find(const struct field *rows, const char *name)
{
	for (const struct field *field = rows; field->name; field++)
		if (!strcmp(field->name, name))
			return field;
	return NULL;
}

const struct field *field_find(const char *name)
{
	const struct field *field = find(field_table, name);

	return field ? field : find(added, name);
}

bool field_is_listed(const struct field *field)
{
	static const char *const names[] = { "bugcheck", "build", "exception",
					     "fault", "hypervisor" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(field->name, names[i]))
			return true;
	return false;
}

void field_values(const struct field *field, const struct crash *crash,
		  field_take *take, void *closure)
{
	if (field->values)
		field->values(crash, take, closure);
}
