#include "corpus-tools/machine_complete.h"

#include <string.h>

#include "corpus-tools/machine_say.h"
#include "signatures/base/hash.h"
#include "signatures/base/text.h"

static bool is_kernel(const char *name)
{
	return !text_compare_nocase(name, "ntoskrnl.exe") ||
	       !text_compare_nocase(name, "ntkrnlpa.exe") ||
	       !text_compare_nocase(name, "ntkrnlmp.exe") ||
	       !text_compare_nocase(name, "ntkrpamp.exe");
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
