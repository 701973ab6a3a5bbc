#include "corpus-tools/dead.h"

#include <string.h>

#include "corpus-tools/dead_code.h"
#include "corpus-tools/dead_kernel.h"
#include "corpus-tools/dead_memory.h"
#include "corpus-tools/dead_stack.h"
#include "corpus-tools/machine_lines.h"
#include "signatures/base/text.h"

uint64_t dead_take(struct dead *dead, size_t size, size_t align)
{
	const uint64_t va = (dead->pool_next + align - 1) / align * align;

	dead->pool_next = va + size;
	canvas_touch(&dead->canvas, va, size);
	return va;
}

void dead_piece(struct dead *dead, uint64_t va, size_t size, bool rich_only)
{
	if (dead->piece_count == DEAD_PIECES)
		return;
	for (size_t i = 0; i < dead->piece_count; i++)
		if (dead->pieces[i].va == va && dead->pieces[i].size >= size &&
		    dead->pieces[i].rich_only <= rich_only)
			return;
	dead->pieces[dead->piece_count++] =
		(struct dead_piece){ va, (uint32_t)size, rich_only };
}

void dead_pointer(struct dead *dead, uint64_t va, uint64_t value)
{
	canvas_put(&dead->canvas, va, value, dead->pointer);
}

void dead_string(struct dead *dead, uint64_t va, const char *text)
{
	const size_t length = strlen(text);
	const uint64_t buffer = dead_take(dead, 2 * length + 2, 8);

	for (size_t i = 0; i < length; i++)
		canvas_put(&dead->canvas, buffer + 2 * i, (uint8_t)text[i], 2);
	canvas_put(&dead->canvas, va, 2 * length, 2);
	canvas_put(&dead->canvas, va + 2, 2 * length + 2, 2);
	dead_pointer(dead, va + dead->pointer, buffer);
}

const char *dead_image_path(struct dead *dead, const char *name)
{
	const size_t length = strlen(name);
	const bool driver =
		length > 4 && !text_compare_nocase(name + length - 4, ".sys");

	return text_printf(dead->arena, "\\SystemRoot\\system32\\%s%s",
			   driver ? "drivers\\" : "", name);
}

const struct machine_module *dead_module_at(const struct dead *dead,
					    uint64_t va)
{
	for (size_t i = 0; i < dead->machine->module_count; i++) {
		const struct machine_module *module =
			&dead->machine->modules[i];

		if (va - module->base < module->size)
			return module;
	}
	return NULL;
}

/* "@context" and its like; false if there is no such name. */
static bool named(const struct dead *dead, const char *name, uint64_t *ret)
{
	const struct dead_cpu *cpu = &dead->cpus[dead->crashing];
	struct regs header = dead->header;
	const struct {
		const char *name;
		uint64_t value;
	} names[] = {
		{ "context", dead->context },
		{ "exception", dead->exception },
		{ "trap", dead->trap },
		{ "stack", *regs_sp(dead->arch, &header) },
		{ "stackbase", cpu->stack_base },
		{ "thread", cpu->thread },
		{ "process", dead->process },
		{ "kdbg", dead->kdbg },
	};
	uint64_t index;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(name, names[i].name) != 0)
			continue;
		*ret = names[i].value;
		return true;
	}
	if (strncmp(name, "prcb", 4) != 0 ||
	    !text_parse_u64(name + 4, &index) || index >= dead->cpu_count)
		return false;
	*ret = dead->cpus[index].prcb;
	return true;
}

enum status dead_value(const struct dead *dead, const char *text, uint64_t *ret,
		       struct error *err)
{
	char *copy = text_copy(dead->arena, text);
	char *plus = strrchr(copy, '+');
	uint64_t base, offset = 0;

	if (plus) {
		*plus = '\0';
		if (!machine_lines_number(plus + 1, &offset))
			return error_set(err, STATUS_USAGE,
					 "%s: no number after +", text);
	}
	const struct machine_module *module =
		machine_module(dead->machine, copy);
	if (machine_lines_number(copy, &base)) {
		*ret = base + offset;
	} else if (copy[0] == '@' && named(dead, copy + 1, &base)) {
		*ret = base + offset;
	} else if (module) {
		*ret = module->base + offset;
	} else {
		return error_set(err, STATUS_USAGE,
				 "%s: no number, module or @name", text);
	}
	if (dead->pointer == 4)
		*ret &= 0xffffffff;
	return STATUS_OK;
}

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
