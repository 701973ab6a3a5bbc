#include "corpus-tools/write_triage.h"

#include <string.h>

#include "corpus-tools/little.h"
#include "corpus-tools/write_header.h"
#include "corpus-tools/write_secondary.h"

/*
 * TRIAGE_DUMP, behind the header; offsets are from the start of the file:
 *
 *   0 service pack  4 size  8 end mark  c context  10 exception  14 mm
 *   18 unloaded  1c prcb  20 process  24 thread  28 stack  2c its size
 *   30 drivers  34 count  38 strings  3c size  40 broken driver  44 options
 *   48 lowest stack address, a pointer; then on 64-bit 50..5f for IA-64;
 *   data page address, offset, size; debugger block offset, size;
 *   data blocks offset, count
 */
struct triage {
	struct dead *dead;
	struct buffer *out;
	size_t base; /* of the structure */
	bool rich;   /* as the debugger does */
};

static void set(struct triage *t, size_t field, uint64_t value)
{
	buffer_put(t->out, t->base + field, value, 4);
}

/* Append memory of the machine; the offset it got. */
static size_t append_memory(struct triage *t, uint64_t va, size_t size)
{
	const size_t at = buffer_grow(t->out, size);

	canvas_read(&t->dead->canvas, va, t->out->data + at, size);
	return at;
}

static void write_mm(struct triage *t)
{
	const size_t size = t->dead->pointer == 8 ? 0x50 : 0x34;
	const size_t at = buffer_grow(t->out, size);

	buffer_put(t->out, at, 1, 4);
	buffer_put(t->out, at + 4, size, 4);
	set(t, 0x14, at);
}

/* Count, then entries whose names are cut to 12 letters. */
static void write_unloaded(struct triage *t)
{
	const struct machine *machine = t->dead->machine;
	const bool wide = t->dead->pointer == 8;
	const size_t size = wide ? 0x38 : 0x28;
	const size_t names = wide ? 0x10 : 8;
	const size_t at = buffer_grow(t->out, wide ? 8 : 4);

	buffer_put(t->out, at, machine->unloaded_count, 4);
	set(t, 0x18, at);
	for (size_t i = 0; i < machine->unloaded_count; i++) {
		const struct machine_unloaded *u = &machine->unloaded[i];
		const size_t entry = buffer_grow(t->out, size);
		const size_t length = strnlen(u->name, 12);

		buffer_put(t->out, entry, 2 * length, 2);
		buffer_put(t->out, entry + 2, 0x18, 2);
		for (size_t k = 0; k < length; k++)
			buffer_put(t->out, entry + names + 2 * k,
				   (uint8_t)u->name[k], 2);
		buffer_put(t->out, entry + names + 24, u->base,
			   t->dead->pointer);
		buffer_put(t->out, entry + names + 24 + t->dead->pointer,
			   u->base + u->size, t->dead->pointer);
	}
	buffer_align(t->out, 8);
}

/* Raw copies of what the crashing processor was doing. */
static void write_objects(struct triage *t)
{
	const struct dead *dead = t->dead;
	const struct layout *l = dead->layout;
	const struct dead_cpu *cpu = &dead->cpus[dead->crashing];
	struct regs regs = cpu->regs;
	const uint64_t sp = *regs_sp(dead->arch, &regs);
	const size_t stack = (size_t)(cpu->stack_base - sp);

	set(t, 0x1c, append_memory(t, cpu->prcb, l->prcb_size));
	set(t, 0x20, append_memory(t, dead->process, l->process_size));
	set(t, 0x24, append_memory(t, cpu->thread, l->thread_size));
	set(t, 0x28, append_memory(t, sp, stack));
	set(t, 0x2c, stack);
	buffer_put(t->out, t->base + 0x48, sp, dead->pointer);
	buffer_align(t->out, 8);
}

/* One entry: name, then a loader entry in its old form. */
static void write_driver(struct triage *t, size_t entry,
			 const struct machine_module *module)
{
	const bool wide = t->dead->pointer == 8;
	const size_t n = t->dead->pointer;

	buffer_put(t->out, entry + (wide ? 0x38 : 0x1c), module->base, n);
	if (!t->rich)
		buffer_put(t->out, entry + (wide ? 0x40 : 0x20),
			   module->base + 0x1000, n);
	buffer_put(t->out, entry + (wide ? 0x48 : 0x24), module->size, 4);
	if (!t->rich) {
		buffer_put(t->out, entry + (wide ? 0x70 : 0x38), 0x49104000, 4);
		buffer_put(t->out, entry + (wide ? 0x74 : 0x3c), 1, 2);
	}
	buffer_put(t->out, entry + (wide ? 0x80 : 0x44), module->checksum, 4);
	buffer_put(t->out, entry + (wide ? 0x88 : 0x48), module->time, 4);
}

/* Names: length in letters, UTF-16, a zero; each at a multiple of 8. */
static void write_drivers(struct triage *t)
{
	const struct machine *machine = t->dead->machine;
	const size_t size = t->dead->pointer == 8 ? 0x90 : 0x4c;
	const size_t count = machine->module_count;
	const size_t list = buffer_grow(t->out, size * count);

	const size_t strings = buffer_align(t->out, 8);
	for (size_t i = 0; i < count; i++) {
		const struct machine_module *module = &machine->modules[i];
		const char *name =
			t->rich ? dead_image_path(t->dead, module->name)
				: module->name;

		buffer_align(t->out, 8);
		write_driver(t, list + i * size, module);
		buffer_put(t->out, list + i * size, t->out->size, 4);
		buffer_number(t->out, strlen(name), 4);
		buffer_utf16(t->out, name);
		buffer_number(t->out, 0, 2);
	}
	set(t, 0x30, list);
	set(t, 0x34, count);
	set(t, 0x38, strings);
	set(t, 0x3c, t->out->size - strings);
	buffer_align(t->out, 8);
}

/* What a debugger adds: every processor, and a few kernel variables. */
static void rich_pieces(struct dead *dead)
{
	const struct layout *l = dead->layout;

	for (size_t i = 0; i < dead->cpu_count; i++) {
		const struct dead_cpu *cpu = &dead->cpus[i];
		struct regs regs = cpu->regs;
		const uint64_t sp = *regs_sp(dead->arch, &regs);

		dead_piece(dead, cpu->prcb, l->prcb_size, true);
		dead_piece(dead, cpu->context, dead->map->context_size, true);
		dead_piece(dead, sp, (size_t)(cpu->stack_base - sp), true);
	}
	dead_piece(dead, dead->processor_block, dead->cpu_count * dead->pointer,
		   true);
	dead_piece(dead, dead->build_lab, 0x80, true);
}

static void write_blocks(struct triage *t)
{
	struct dead *dead = t->dead;
	size_t count = 0;

	if (t->rich)
		rich_pieces(dead);
	const size_t list = buffer_grow(t->out, dead->piece_count * 16);
	for (size_t i = 0; i < dead->piece_count; i++) {
		const struct dead_piece *piece = &dead->pieces[i];
		uint64_t va = piece->va;

		if (piece->rich_only && !t->rich)
			continue;
		if (!canvas_page_at(&dead->canvas, va))
			continue;
		if (dead->pointer == 4)
			va = (uint64_t)(int64_t)(int32_t)va;
		const size_t entry = list + 16 * count++;
		buffer_put(t->out, entry, va, 8);
		buffer_put(t->out, entry + 8, t->out->size, 4);
		buffer_put(t->out, entry + 12, piece->size, 4);
		append_memory(t, piece->va, piece->size);
	}
	const size_t field = t->dead->pointer == 8 ? 0x78 : 0x60;
	set(t, field, list);
	set(t, field + 4, count);
}

/* A header's account of a machine's memory, which is not in the file. */
static void write_runs(struct triage *t)
{
	const struct write_header_run runs[] = { { 1, 0x9e },
						 { 0x100, 0x3ff00 } };

	write_header_runs(t->dead, t->out, runs, 2);
}

enum status write_triage(struct dead *dead, struct buffer *out,
			 struct error *err)
{
	const bool wide = dead->pointer == 8;
	struct triage t = {
		.dead = dead,
		.out = out,
		.rich = dead->machine->format == MACHINE_TRIAGE_A,
	};

	write_header(dead, out);
	if (!t.rich)
		write_runs(&t);
	t.base = buffer_grow(out, wide ? 0x80 : 0x68);
	set(&t, 0xc, wide ? 0x348 : 0x320);
	set(&t, 0x10, wide ? 0xf00 : 0x7d0);
	set(&t, 0x44, t.rich ? 0xffffffff : 0x41);
	write_mm(&t);
	write_unloaded(&t);
	write_objects(&t);
	write_drivers(&t);
	const size_t debugger = wide ? 0x70 : 0x58;
	set(&t, debugger,
	    append_memory(&t, dead->kdbg, dead->layout->kdbg_size));
	set(&t, debugger + 4, dead->layout->kdbg_size);
	write_blocks(&t);
	buffer_align(out, 4);
	if (out->size % 8 == 0)
		buffer_grow(out, 4);
	set(&t, 8, out->size);
	buffer_append(out, "TRGD", 4);
	set(&t, 4, out->size);
	if (write_secondary(dead, out, err))
		return err->status;
	write_header_required(dead, out,
			      t.rich ? out->size + 0x20000000 : out->size);
	return STATUS_OK;
}
