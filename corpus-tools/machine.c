#include "corpus-tools/machine.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "corpus-tools/machine_lines.h"
#include "signatures/base/hash.h"
#include "signatures/base/text.h"

static const char *const formats[MACHINE_FORMATS] = {
	"full", "summary", "bitmap",   "kernel-bitmap", "automatic", "active",
	"live", "rdmp",	   "triage-a", "triage-b",	"header",    "minidump",
};

const char *machine_format_name(enum machine_format format)
{
	return formats[format];
}

void machine_init(struct machine *machine, struct arena *arena,
		  const char *name)
{
	*machine = (struct machine){
		.name = name,
		.arena = arena,
		.format = MACHINE_TRIAGE_B,
		.arch = LAYOUT_X64,
		.product = 1,
		.cpus = 4,
		.pid = 4,
		.suite = 0x110,
		.mhz = 2904,
		.code = 0xe2,
		.uptime = 47110000000,
		.process = "System",
		.platform = "windows",
		.processor_vendor = "GenuineIntel",
		.processor_name = "Intel(R) Core(TM) i5-10400 CPU @ 2.90GHz",
	};
	const bool dated =
		text_parse_time("2024-06-30T19:52:23Z", &machine->time);
	assert(dated);
}

const char *machine_option(const struct machine_words *words, const char *key)
{
	const size_t length = strlen(key);

	for (size_t i = 0; i < words->count; i++)
		if (!strncmp(words->at[i], key, length) &&
		    words->at[i][length] == '=')
			return words->at[i] + length + 1;
	return NULL;
}

uint64_t machine_option_number(const struct machine_words *words,
			       const char *key, uint64_t otherwise)
{
	const char *text = machine_option(words, key);
	uint64_t value;

	if (text && machine_lines_number(text, &value))
		return value;
	return otherwise;
}

bool machine_has_word(const struct machine_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (!strcmp(words->at[i], word))
			return true;
	return false;
}

static bool is_kernel(const char *name)
{
	return !text_compare_nocase(name, "ntoskrnl.exe") ||
	       !text_compare_nocase(name, "ntkrnlpa.exe") ||
	       !text_compare_nocase(name, "ntkrnlmp.exe") ||
	       !text_compare_nocase(name, "ntkrpamp.exe");
}

const struct machine_module *machine_module(const struct machine *machine,
					    const char *name)
{
	if (!strcmp(name, "nt") && machine->module_count)
		return &machine->modules[0];
	for (size_t i = 0; i < machine->module_count; i++)
		if (!text_compare_nocase(machine->modules[i].name, name))
			return &machine->modules[i];
	return NULL;
}

static void say_at_front(struct machine *machine, const char *name)
{
	machine_say(machine, "module %s", name);
	const struct machine_module last =
		machine->modules[machine->module_count - 1];

	memmove(&machine->modules[1], &machine->modules[0],
		(machine->module_count - 1) * sizeof(last));
	machine->modules[0] = last;
}

static void complete_kernel(struct machine *machine)
{
	struct machine_module *modules = machine->modules;

	for (size_t i = 0; i < machine->module_count; i++) {
		if (!is_kernel(modules[i].name))
			continue;
		const struct machine_module kernel = modules[i];

		memmove(&modules[1], &modules[0], i * sizeof(kernel));
		modules[0] = kernel;
		return;
	}
	const bool alone = machine->module_count == 0;

	if (!machine_module(machine, "hal.dll"))
		say_at_front(machine, "hal.dll");
	say_at_front(machine, "ntoskrnl.exe");
	if (alone) {
		machine_say(machine, "module disk.sys");
		machine_say(machine, "module ntfs.sys");
		machine_say(machine, "module tcpip.sys");
	}
}

static uint32_t usual_size(const struct machine *machine, const char *name)
{
	const bool narrow = layout_pointer(machine->arch) == 4;

	if (is_kernel(name))
		return narrow ? 0x412000 : 0x1046000;
	if (!text_compare_nocase(name, "hal.dll"))
		return narrow ? 0x37000 : 0xa3000;
	return 0x10000 + (uint32_t)(hash_64(name, strlen(name)) % 48) * 0x1000;
}

/* Identity of a build: of name and system build alone, unless it is said. */
static void complete_modules(struct machine *machine)
{
	const struct layout_map *map = layout_map(machine->arch);
	const bool user = machine->format == MACHINE_MINIDUMP;
	const bool narrow = layout_pointer(machine->arch) == 4;
	uint64_t next = !user	 ? map->modules + layout_slide(machine->arch,
							       machine->seed)
			: narrow ? 0x400000
				 : 0x7ff6a1230000;

	for (size_t i = 0; i < machine->module_count; i++) {
		struct machine_module *module = &machine->modules[i];
		const uint64_t hash =
			hash_mix(hash_64(module->name, strlen(module->name)),
				 machine->build);

		if (!module->size)
			module->size = usual_size(machine, module->name);
		if (!module->time)
			module->time = (uint32_t)hash;
		if (!module->checksum)
			module->checksum = module->size / 2 + 0x4711;
		if (!module->base)
			module->base = next;
		next = (module->base + module->size + 0x1ffff) &
		       ~(uint64_t)0xffff;
	}
}

void machine_complete(struct machine *machine)
{
	const bool kernel = machine->format != MACHINE_MINIDUMP;

	if (!machine->build)
		machine->build = machine->arch == LAYOUT_X86	   ? 2600
				 : machine->arch == LAYOUT_X86_PAE ? 7601
				 : machine->arch == LAYOUT_ARM64   ? 22000
								   : 19041;
	if (!machine->lab)
		machine->lab = text_printf(
			machine->arena, "%u.1.%sfre.corpus.240630-1200",
			(unsigned)machine->build,
			layout_family(machine->arch) == LAYOUT_X86 ? "x86"
			: machine->arch == LAYOUT_ARM64		   ? "arm64"
								   : "amd64");
	if (kernel)
		complete_kernel(machine);
	else if (!machine->module_count)
		machine_say(machine, "module app.exe");
	complete_modules(machine);
	if (machine->stack_count)
		return;
	if (kernel) {
		machine_say(machine, "stack");
		machine_say(machine, "frame nt+0x1a2b4c");
		machine_say(machine, "frame nt+0x19f37c");
		machine_say(machine, "frame nt+0x183b10");
	} else {
		machine_say(machine, "ip %s+0x1010", machine->modules[0].name);
		machine_say(machine, "frame %s+0x1233",
			    machine->modules[0].name);
	}
}

void machine_say(struct machine *machine, const char *format, ...)
{
	struct error err;
	char line[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	const enum status status = machine_line(machine, line, &err);
	assert(status == STATUS_OK);
}

enum status machine_parse(struct machine *machine, const char *text,
			  size_t size, struct error *err)
{
	size_t number = 0;

	for (size_t at = 0; at < size;) {
		const char *end = memchr(text + at, '\n', size - at);
		const size_t length =
			end ? (size_t)(end - (text + at)) : size - at;
		char *line = arena_take(machine->arena, length + 1, 1);

		memcpy(line, text + at, length);
		at += length + 1;
		number++;
		if (machine_line(machine, line, err))
			return error_within(err, "%s: line %zu", machine->name,
					    number);
	}
	return STATUS_OK;
}

enum status machine_line(struct machine *machine, const char *line,
			 struct error *err)
{
	return machine_lines_take(machine, line, formats, err);
}
