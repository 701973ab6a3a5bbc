#include "corpus-tools/dead_build.h"

#include <string.h>

#include "corpus-tools/dead_code.h"
#include "corpus-tools/dead_kernel.h"
#include "corpus-tools/dead_memory.h"
#include "corpus-tools/dead_stack.h"

/* Roots of the page tables; those of PAE are 32 bytes anywhere in a page. */
static const uint64_t roots[LAYOUT_ARCHS] = {
	[LAYOUT_X86] = 0x39000,	   [LAYOUT_X86_PAE] = 0x185060,
	[LAYOUT_X64] = 0x1ad000,   [LAYOUT_X64_LA57] = 0x1ae000,
	[LAYOUT_ARM64] = 0x6d4000,
};

static void init(struct dead *dead, const struct machine *machine,
		 struct arena *arena)
{
	memset(dead, 0, sizeof(*dead));
	dead->machine = machine;
	dead->arena = arena;
	dead->arch = machine->arch;
	dead->pointer = layout_pointer(machine->arch);
	dead->layout = layout_find(machine->arch, machine->build);
	const uint64_t slide = layout_slide(machine->arch, machine->seed);

	dead->map = arena_take(arena, 1, sizeof(*dead->map));
	*dead->map = *layout_map(machine->arch);
	dead->map->pool += slide * 16;
	dead->map->stacks += slide * 16;
	dead->dtb = roots[machine->arch];
	dead->pool_next = dead->map->pool;
	dead->pieces = arena_take(arena, DEAD_PIECES, sizeof(*dead->pieces));
	dead->functions =
		arena_take(arena, DEAD_FUNCTIONS, sizeof(*dead->functions));
	dead->cpu_count = machine->cpus < DEAD_CPUS ? machine->cpus : DEAD_CPUS;
	dead->crashing = machine->cpu;
	canvas_init(&dead->canvas, arena);
}

enum status dead_build(struct dead *dead, const struct machine *machine,
		       struct arena *arena, struct error *err)
{
	const bool kernel = machine->format != MACHINE_MINIDUMP;

	init(dead, machine, arena);
	if (dead->crashing >= dead->cpu_count)
		return error_set(err, STATUS_USAGE,
				 "processor %zu crashed, but there are %zu",
				 dead->crashing, dead->cpu_count);
	if (kernel)
		dead_kernel_place(dead);
	if (dead_stack_place(dead, err))
		return err->status;
	for (size_t i = 0; i < 4; i++)
		if (machine->args[i] &&
		    dead_value(dead, machine->args[i], &dead->args[i], err))
			return error_within(err, "bugcheck");
	if (dead_stack_write(dead, err))
		return err->status;
	if (kernel)
		dead_kernel_write(dead);
	if (dead_memory_write(dead, err))
		return err->status;
	if (machine->format < MACHINE_TRIAGE_A)
		dead_code_images(dead);
	return STATUS_OK;
}
