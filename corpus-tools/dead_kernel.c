#include "corpus-tools/dead_kernel.h"

#include <string.h>

#include "corpus-tools/little.h"

/* Kernel variables, in a page near the end of the kernel's image. */
enum {
	VAR_LOADED = 0x000,
	VAR_ACTIVE = 0x020,
	VAR_BUGCHECK = 0x040,
	VAR_UNLOADED = 0x080,
	VAR_LAST_UNLOADED = 0x088,
	VAR_TRACK_SIZE = 0x0a0, /* one pointer before the table's pointer */
	VAR_PFN = 0x0c0,
	VAR_LAB = 0x100,
	VAR_PROCESSORS = 0x200,
	VAR_POOL_BOUNDS = 0x180,
	VAR_KDBG = 0x800,
};

void dead_kernel_place(struct dead *dead)
{
	const struct machine_module *nt = &dead->machine->modules[0];
	const struct layout *l = dead->layout;

	dead->data = nt->base + nt->size - 0x5000;
	dead->ps_loaded = dead->data + VAR_LOADED;
	dead->ps_active = dead->data + VAR_ACTIVE;
	dead->bugcheck_data = dead->data + VAR_BUGCHECK;
	dead->unloaded = dead->data + VAR_UNLOADED;
	dead->last_unloaded = dead->data + VAR_LAST_UNLOADED;
	dead->pool_track = dead->data + VAR_TRACK_SIZE + dead->pointer;
	dead->pfn_database = dead->data + VAR_PFN;
	dead->build_lab = dead->data + VAR_LAB;
	dead->processor_block = dead->data + VAR_PROCESSORS;
	dead->kdbg = dead->data + VAR_KDBG;
	for (size_t i = 0; i < dead->cpu_count; i++) {
		struct dead_cpu *cpu = &dead->cpus[i];

		cpu->pcr = dead_take(dead, l->pcr_prcb + l->prcb_size,
				     CANVAS_PAGE);
		cpu->prcb = cpu->pcr + l->pcr_prcb;
		cpu->thread = dead_take(dead, l->thread_size, 64);
		cpu->context = dead_take(dead, REGS_CONTEXT_BYTES, 16);
	}
	dead->process = dead_take(dead, l->process_size, 64);
}

/* Doubly linked list of count entries spaced anyhow; links at the given VAs. */
static void link_up(struct dead *dead, const uint64_t *at, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint64_t next = at[(i + 1) % count];

		dead_pointer(dead, at[i], next);
		dead_pointer(dead, next + dead->pointer, at[i]);
	}
}

/* KLDR_DATA_TABLE_ENTRY. */
static uint64_t loader_entry(struct dead *dead,
			     const struct machine_module *module)
{
	const bool wide = dead->pointer == 8;
	const uint64_t at = dead_take(dead, wide ? 0xa0 : 0x5c, 16);
	struct canvas *canvas = &dead->canvas;

	dead_pointer(dead, at + (wide ? 0x30 : 0x18), module->base);
	dead_pointer(dead, at + (wide ? 0x38 : 0x1c), module->base + 0x1000);
	canvas_put(canvas, at + (wide ? 0x40 : 0x20), module->size, 4);
	dead_string(dead, at + (wide ? 0x48 : 0x24),
		    dead_image_path(dead, module->name));
	dead_string(dead, at + (wide ? 0x58 : 0x2c), module->name);
	canvas_put(canvas, at + (wide ? 0x68 : 0x34), 0x49104000, 4);
	canvas_put(canvas, at + (wide ? 0x6c : 0x38), 1, 2);
	canvas_put(canvas, at + (wide ? 0x78 : 0x40), module->checksum, 4);
	if (dead->machine->build < 10240)
		return at;
	canvas_put(canvas, at + (wide ? 0x98 : 0x54), module->size, 4);
	canvas_put(canvas, at + (wide ? 0x9c : 0x58), module->time, 4);
	return at;
}

static void loaded_modules(struct dead *dead)
{
	const size_t count = dead->machine->module_count;
	uint64_t *links = arena_take(dead->arena, count + 1, sizeof(*links));

	links[0] = dead->ps_loaded;
	for (size_t i = 0; i < count; i++)
		links[i + 1] = loader_entry(dead, &dead->machine->modules[i]);
	link_up(dead, links, count + 1);
}

/* MM_UNLOADED_DRIVERS: a ring of 50. */
static void unloaded_drivers(struct dead *dead)
{
	const bool wide = dead->pointer == 8;
	const size_t entry = wide ? 0x28 : 0x18;
	const uint64_t table = dead_take(dead, 50 * entry, 16);
	const size_t count = dead->machine->unloaded_count;

	dead_pointer(dead, dead->unloaded, table);
	canvas_put(&dead->canvas, dead->last_unloaded, count % 50, 4);
	for (size_t i = 0; i < count && i < 50; i++) {
		const struct machine_unloaded *u = &dead->machine->unloaded[i];
		const uint64_t at = table + i * entry;

		dead_string(dead, at, u->name);
		dead_pointer(dead, at + (wide ? 0x10 : 0x8), u->base);
		dead_pointer(dead, at + (wide ? 0x18 : 0xc), u->base + u->size);
		canvas_put(&dead->canvas, at + (wide ? 0x20 : 0x10),
			   dead->machine->time - dead->machine->uptime / 2, 8);
	}
}

/* EPROCESS. */
static void process(struct dead *dead, uint64_t at, const char *name,
		    uint64_t pid)
{
	const struct layout *l = dead->layout;
	char image[15] = "";

	for (size_t i = 0; i < sizeof(image) && name[i]; i++)
		image[i] = name[i];
	canvas_put(&dead->canvas, at, 3, 1);
	dead_pointer(dead, at + l->process_dtb, dead->dtb);
	dead_pointer(dead, at + l->process_pid, pid);
	canvas_write(&dead->canvas, at + l->process_name, image, sizeof(image));
}

static void processes(struct dead *dead)
{
	const struct layout *l = dead->layout;
	const bool system = !strcmp(dead->machine->process, "System");
	const uint64_t other = dead_take(dead, l->process_size, 64);
	const uint64_t links[] = { dead->ps_active, other + l->process_links,
				   dead->process + l->process_links };

	process(dead, other, system ? "smss.exe" : "System", system ? 348 : 4);
	process(dead, dead->process, dead->machine->process,
		dead->machine->pid);
	link_up(dead, links, 3);
}

/* ETHREAD of what runs on a processor. */
static void thread(struct dead *dead, const struct dead_cpu *cpu)
{
	const struct layout *l = dead->layout;
	struct regs regs = cpu->regs;

	canvas_put(&dead->canvas, cpu->thread, 6, 1);
	dead_pointer(dead, cpu->thread + l->thread_initial, cpu->stack_initial);
	dead_pointer(dead, cpu->thread + l->thread_limit, cpu->stack_limit);
	dead_pointer(dead, cpu->thread + l->thread_base, cpu->stack_base);
	dead_pointer(dead, cpu->thread + l->thread_kernel,
		     *regs_sp(dead->arch, &regs));
	canvas_put(&dead->canvas, cpu->thread + l->thread_state, 2, 1);
	dead_pointer(dead, cpu->thread + l->thread_process, dead->process);
}

static void special_registers(struct dead *dead, const struct dead_cpu *cpu,
			      bool crashing)
{
	const uint64_t at = cpu->prcb + dead->layout->prcb_special;
	const size_t p = dead->pointer;
	uint64_t cr4 = 0x6f8;

	if (dead->arch == LAYOUT_ARM64)
		return;
	if (dead->arch == LAYOUT_X86)
		cr4 = 0x6d8 & ~0x20;
	if (dead->arch == LAYOUT_X64_LA57)
		cr4 |= 0x1000;
	dead_pointer(dead, at, 0x80050033);
	if (crashing && dead->trap) {
		uint8_t address[8] = { 0 };

		if (p == 8)
			canvas_read(&dead->canvas, dead->trap + 0xd0, address,
				    8);
		canvas_write(&dead->canvas, at + p, address, p);
	}
	dead_pointer(dead, at + 2 * p, dead->dtb);
	dead_pointer(dead, at + 3 * p, cr4);
}

/* A PRCB has its current thread, the next one and the one for idle times. */
static uint16_t idle_thread(const struct dead *dead)
{
	return (uint16_t)(dead->layout->prcb_thread + 2 * dead->pointer);
}

static void processor(struct dead *dead, size_t index)
{
	const struct layout *l = dead->layout;
	const struct dead_cpu *cpu = &dead->cpus[index];
	const bool crashing = index == dead->crashing;
	struct canvas *canvas = &dead->canvas;
	uint8_t raw[REGS_CONTEXT_BYTES] = { 0 };
	struct regs regs = crashing ? dead->header : cpu->regs;

	if (!cpu->idle)
		regs_context(dead->arch, &regs, regs_flags(dead->arch, 0x4b),
			     raw);
	canvas_write(canvas, cpu->context, raw, dead->map->context_size);
	if (!l->prcb_context)
		canvas_write(canvas, cpu->prcb + l->prcb_state, raw,
			     dead->map->context_size);
	else
		dead_pointer(dead, cpu->prcb + l->prcb_context, cpu->context);
	if (dead->arch != LAYOUT_ARM64)
		dead_pointer(dead, cpu->pcr + l->pcr_current_prcb, cpu->prcb);
	dead_pointer(dead, cpu->prcb + l->prcb_thread, cpu->thread);
	if (cpu->resting)
		dead_pointer(dead, cpu->prcb + idle_thread(dead), cpu->thread);
	canvas_put(canvas, cpu->prcb + l->prcb_number, index,
		   layout_family(dead->arch) == LAYOUT_X86 ? 1 : 4);
	canvas_put(canvas, cpu->prcb + l->prcb_mhz, dead->machine->mhz, 4);
	if (dead->arch != LAYOUT_ARM64)
		canvas_write(canvas, cpu->prcb + l->prcb_vendor,
			     dead->machine->processor_vendor,
			     strnlen(dead->machine->processor_vendor, 12));
	special_registers(dead, cpu, crashing);
	dead_pointer(dead, dead->processor_block + index * dead->pointer,
		     cpu->prcb);
	thread(dead, cpu);
}

/* The size of a structure and offsets in it, as the debugger is told. */
static void debugger_offsets(const struct dead *dead, uint8_t *k)
{
	const struct layout *l = dead->layout;
	const struct {
		uint16_t at, value;
	} words[] = {
		{ 0x29a, l->thread_teb },
		{ 0x29c, l->thread_kernel },
		{ 0x29e, l->thread_initial },
		{ 0x2a0, l->thread_process },
		{ 0x2a2, l->thread_state },
		{ 0x2a8, l->process_size },
		{ 0x2aa, l->process_peb },
		{ 0x2ac, l->process_parent },
		{ 0x2ae, l->process_dtb },
		{ 0x2b0, l->prcb_size },
		{ 0x2b4, l->prcb_thread },
		{ 0x2b6, l->prcb_mhz },
		{ 0x2ba, l->prcb_vendor },
		{ 0x2bc, l->prcb_state },
		{ 0x2be, l->prcb_number },
		{ 0x2c0, l->thread_size },
		{ 0x2e0, l->pcr_size },
		{ 0x2e4, l->pcr_current_prcb },
		{ 0x2e6, l->pcr_prcb },
		{ 0x2f2, l->prcb_special },
		{ 0x2f4, 0x10 },
		{ 0x2f6, 0x18 },
		{ 0x338, l->prcb_context },
		{ 0x340, l->thread_limit },
		{ 0x344, l->thread_base },
		{ 0x34c, l->thread_irps },
		{ 0x350, idle_thread(dead) },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		little_put(k + words[i].at, words[i].value, 2);
}

/* Addresses in this block are 64-bit everywhere, sign-extended on x86. */
static uint64_t extended(const struct dead *dead, uint64_t va)
{
	return dead->pointer == 4 && va ? (uint64_t)(int64_t)(int32_t)va : va;
}

static void debugger_block(struct dead *dead)
{
	const uint64_t bounds = dead->data + VAR_POOL_BOUNDS;
	const struct {
		uint16_t at;
		uint64_t value;
	} pointers[] = {
		{ 0x00, dead->kdbg },
		{ 0x08, dead->kdbg },
		{ 0x18, dead->machine->modules[0].base },
		{ 0x48, dead->ps_loaded },
		{ 0x50, dead->ps_active },
		{ 0x88, dead->bugcheck_data },
		{ 0xc0, dead->pfn_database },
		{ 0x110, bounds },
		{ 0x118, bounds + 8 },
		{ 0x120, bounds + 16 },
		{ 0x128, bounds + 24 },
		{ 0x1b8, dead->machine->pooltag_count ? dead->pool_track : 0 },
		{ 0x208, dead->build_lab },
		{ 0x218, dead->processor_block },
		{ 0x220, dead->unloaded },
		{ 0x228, dead->last_unloaded },
	};
	uint8_t k[DEAD_KERNEL_KDBG_BYTES] = { 0 };
	unsigned flags = dead->arch == LAYOUT_X86_PAE;

	for (size_t i = 0; i < sizeof(pointers) / sizeof(pointers[0]); i++)
		little_put(k + pointers[i].at,
			   extended(dead, pointers[i].value), 8);
	memcpy(k + 0x10, "KDBG", 4);
	little_put(k + 0x14, dead->layout->kdbg_size, 4);
	if (dead->arch == LAYOUT_X64_LA57)
		flags |= 5u << 2;
	else if (dead->arch == LAYOUT_ARM64 || dead->machine->build >= 26100)
		flags |= 4u << 2;
	little_put(k + 0x36, flags, 2);
	little_put(k + 0x138, CANVAS_PAGE, 8);
	debugger_offsets(dead, k);
	if (dead->pointer == 8 && dead->machine->build >= 14393)
		little_put(k + 0x360, dead->map->pte_base, 8);
	canvas_write(&dead->canvas, dead->kdbg, k, dead->layout->kdbg_size);
}

/* KUSER_SHARED_DATA. */
static void shared_data(struct dead *dead)
{
	const struct machine *machine = dead->machine;
	const uint64_t at = dead->map->shared_data;
	struct canvas *canvas = &dead->canvas;
	const char root[] = "C:\\Windows";

	canvas_put(canvas, at + 0x14, machine->time & 0xffffffff, 4);
	canvas_put(canvas, at + 0x18, machine->time >> 32, 4);
	canvas_put(canvas, at + 0x1c, machine->time >> 32, 4);
	for (size_t i = 0; root[i]; i++)
		canvas_put(canvas, at + 0x30 + 2 * i, (uint8_t)root[i], 2);
	canvas_put(canvas, at + 0x264, machine->product, 4);
	canvas_put(canvas, at + 0x26c, machine->build < 6000 ? 5 : 10, 4);
	canvas_put(canvas, at + 0x2d0, machine->suite, 4);
	if (machine->build >= 10240)
		canvas_put(canvas, at + 0x260, machine->build | 0xf0000000, 4);
}

void dead_kernel_write(struct dead *dead)
{
	const struct machine *machine = dead->machine;
	struct canvas *canvas = &dead->canvas;

	dead_pointer(dead, dead->bugcheck_data, machine->code);
	for (size_t i = 0; i < 4; i++)
		dead_pointer(dead,
			     dead->bugcheck_data + (i + 1) * dead->pointer,
			     dead->args[i]);
	dead_pointer(dead, dead->pfn_database, dead->map->pfn_database);
	canvas_write(canvas, dead->build_lab, machine->lab,
		     strnlen(machine->lab, 0x70) + 1);
	for (size_t i = 0; i < 2; i++)
		dead_pointer(dead, dead->data + VAR_POOL_BOUNDS + 16 * i,
			     dead->map->pool);
	for (size_t i = 0; i < 2; i++)
		dead_pointer(dead, dead->data + VAR_POOL_BOUNDS + 8 + 16 * i,
			     dead->map->pool + 0x10000000);
	loaded_modules(dead);
	unloaded_drivers(dead);
	processes(dead);
	for (size_t i = 0; i < dead->cpu_count; i++)
		processor(dead, i);
	debugger_block(dead);
	if (machine->format < MACHINE_TRIAGE_A)
		shared_data(dead);
}
