#include "corpus-tools/write_minidump.h"

#include <string.h>

#include "signatures/base/text.h"

/* MDMP: header of 0x20 bytes, a directory of streams, the streams. */
enum {
	STREAMS = 7,
	HEADER = 0x20
};
enum {
	THREADS = 3,
	MODULES = 4,
	MEMORY = 5,
	EXCEPTION = 6,
	SYSTEM = 7,
	UNLOADED = 14,
	MISC = 15,
};

struct mini {
	const struct dead *dead;
	struct buffer *out;
	size_t streams;
	size_t context; /* offset of the crashing thread's CONTEXT */
	size_t stack;	/* and of its stack */
	uint64_t sp;
	size_t stack_size;
};

static void directory(struct mini *m, uint32_t type, size_t start)
{
	const size_t entry = HEADER + 12 * m->streams++;

	buffer_put(m->out, entry, type, 4);
	buffer_put(m->out, entry + 4, m->out->size - start, 4);
	buffer_put(m->out, entry + 8, start, 4);
}

static size_t append_string(struct mini *m, const char *text)
{
	buffer_align(m->out, 4);
	const size_t at = m->out->size;

	buffer_number(m->out, 2 * strlen(text), 4);
	buffer_utf16(m->out, text);
	buffer_number(m->out, 0, 2);
	return at;
}

static void write_system(struct mini *m)
{
	const struct machine *machine = m->dead->machine;
	const bool linux_made = !strcmp(machine->platform, "linux");
	const bool apple = !strcmp(machine->platform, "macos");
	const enum layout_arch family = layout_family(m->dead->arch);
	const size_t text = append_string(m, "");
	const size_t start = buffer_grow(m->out, 0x38);

	buffer_put(m->out, start,
		   family == LAYOUT_X86	    ? 0
		   : family == LAYOUT_ARM64 ? 12
					    : 9,
		   2);
	buffer_put(m->out, start + 2, 6, 2);
	buffer_put(m->out, start + 4, 0xa503, 2);
	buffer_put(m->out, start + 6, machine->cpus, 1);
	buffer_put(m->out, start + 7, machine->product, 1);
	buffer_put(m->out, start + 8, machine->build < 6000 ? 5 : 10, 4);
	buffer_put(m->out, start + 0x10, machine->build, 4);
	buffer_put(m->out, start + 0x14,
		   linux_made ? 0x8201
		   : apple    ? 0x8101
			      : 2,
		   4);
	buffer_put(m->out, start + 0x18, text, 4);
	buffer_put(m->out, start + 0x1c, machine->suite, 2);
	if (family == LAYOUT_X86)
		memcpy(m->out->data + start + 0x20, machine->processor_vendor,
		       strnlen(machine->processor_vendor, 12));
	directory(m, SYSTEM, start);
}

static void write_thread(struct mini *m)
{
	const struct dead *dead = m->dead;
	uint8_t raw[REGS_CONTEXT_BYTES];

	buffer_align(m->out, 16);
	regs_context(dead->arch, &dead->header, regs_flags(dead->arch, 0x1f),
		     raw);
	m->context = buffer_append(m->out, raw, dead->map->context_size);
	m->stack = buffer_grow(m->out, m->stack_size);
	canvas_read(&dead->canvas, m->sp, m->out->data + m->stack,
		    m->stack_size);
	const size_t start = buffer_grow(m->out, 4 + 0x30);
	const size_t thread = start + 4;

	buffer_put(m->out, start, 1, 4);
	buffer_put(m->out, thread, 0x1a2c, 4);
	buffer_put(m->out, thread + 8, 0x20, 4);
	buffer_put(m->out, thread + 0x10, 0x7ff7a000, 8);
	buffer_put(m->out, thread + 0x18, m->sp, 8);
	buffer_put(m->out, thread + 0x20, m->stack_size, 4);
	buffer_put(m->out, thread + 0x24, m->stack, 4);
	buffer_put(m->out, thread + 0x28, dead->map->context_size, 4);
	buffer_put(m->out, thread + 0x2c, m->context, 4);
	directory(m, THREADS, start);
}

static void write_modules(struct mini *m)
{
	const struct machine *machine = m->dead->machine;
	const size_t count = machine->module_count;
	size_t *names = arena_take(m->dead->arena, count, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = append_string(
			m, text_printf(m->dead->arena, "C:\\Program\\%s",
				       machine->modules[i].name));
	buffer_align(m->out, 4);
	const size_t start = buffer_grow(m->out, 4 + 0x6c * count);
	buffer_put(m->out, start, count, 4);
	for (size_t i = 0; i < count; i++) {
		const struct machine_module *module = &machine->modules[i];
		const size_t at = start + 4 + 0x6c * i;

		buffer_put(m->out, at, module->base, 8);
		buffer_put(m->out, at + 8, module->size, 4);
		buffer_put(m->out, at + 0xc, module->checksum, 4);
		buffer_put(m->out, at + 0x10, module->time, 4);
		buffer_put(m->out, at + 0x14, names[i], 4);
		buffer_put(m->out, at + 0x18, 0xfeef04bd, 4);
	}
	directory(m, MODULES, start);
}

static void write_unloaded(struct mini *m)
{
	const struct machine *machine = m->dead->machine;
	const size_t count = machine->unloaded_count;
	size_t *names = arena_take(m->dead->arena, count + 1, sizeof(*names));

	for (size_t i = 0; i < count; i++)
		names[i] = append_string(m, machine->unloaded[i].name);
	buffer_align(m->out, 4);
	const size_t start = buffer_grow(m->out, 12 + 0x18 * count);
	buffer_put(m->out, start, 12, 4);
	buffer_put(m->out, start + 4, 0x18, 4);
	buffer_put(m->out, start + 8, count, 4);
	for (size_t i = 0; i < count; i++) {
		const struct machine_unloaded *u = &machine->unloaded[i];
		const size_t at = start + 12 + 0x18 * i;

		buffer_put(m->out, at, u->base, 8);
		buffer_put(m->out, at + 8, u->size, 4);
		buffer_put(m->out, at + 0x14, names[i], 4);
	}
	directory(m, UNLOADED, start);
}

static void write_exception(struct mini *m)
{
	const struct dead *dead = m->dead;
	struct regs regs = dead->header;
	const size_t start = buffer_grow(m->out, 0xa8);

	buffer_put(m->out, start, 0x1a2c, 4);
	buffer_put(m->out, start + 8, dead->machine->code, 4);
	buffer_put(m->out, start + 0x18, *regs_ip(dead->arch, &regs), 8);
	buffer_put(m->out, start + 0x20, 2, 4);
	buffer_put(m->out, start + 0x28, dead->args[0], 8);
	buffer_put(m->out, start + 0x30, dead->args[1], 8);
	buffer_put(m->out, start + 0xa0, dead->map->context_size, 4);
	buffer_put(m->out, start + 0xa4, m->context, 4);
	directory(m, EXCEPTION, start);
}

static void write_memory(struct mini *m)
{
	const struct dead *dead = m->dead;
	size_t count = 0;
	const size_t first = m->out->size;

	for (size_t i = 0; i < dead->piece_count; i++) {
		const size_t at = buffer_grow(m->out, dead->pieces[i].size);

		canvas_read(&dead->canvas, dead->pieces[i].va,
			    m->out->data + at, dead->pieces[i].size);
	}
	buffer_align(m->out, 4);
	const size_t start =
		buffer_grow(m->out, 4 + 16 * (dead->piece_count + 1));
	size_t offset = first;
	for (size_t i = 0; i <= dead->piece_count; i++) {
		const size_t at = start + 4 + 16 * count++;
		const bool stack = i == dead->piece_count;

		buffer_put(m->out, at, stack ? m->sp : dead->pieces[i].va, 8);
		buffer_put(m->out, at + 8,
			   stack ? m->stack_size : dead->pieces[i].size, 4);
		buffer_put(m->out, at + 12, stack ? m->stack : offset, 4);
		offset += stack ? 0 : dead->pieces[i].size;
	}
	buffer_put(m->out, start, count, 4);
	directory(m, MEMORY, start);
}

static void write_misc(struct mini *m)
{
	const struct machine *machine = m->dead->machine;
	const size_t start = buffer_grow(m->out, 0x18);
	const uint64_t now = machine->time / 10000000 - 11644473600;

	buffer_put(m->out, start, 0x18, 4);
	buffer_put(m->out, start + 4, 3, 4);
	buffer_put(m->out, start + 8, machine->pid, 4);
	buffer_put(m->out, start + 12, now - machine->uptime / 10000000, 4);
	directory(m, MISC, start);
}

void write_minidump(const struct dead *dead, struct buffer *out)
{
	const struct dead_cpu *cpu = &dead->cpus[dead->crashing];
	struct regs regs = cpu->regs;
	struct mini m = {
		.dead = dead,
		.out = out,
		.sp = *regs_sp(dead->arch, &regs),
	};

	m.stack_size = (size_t)(cpu->stack_base - m.sp);
	buffer_grow(out, HEADER + 12 * STREAMS);
	memcpy(out->data, "MDMP\x93\xa7", 6);
	buffer_put(out, 6, 0x6380, 2);
	buffer_put(out, 8, STREAMS, 4);
	buffer_put(out, 12, HEADER, 4);
	buffer_put(out, 0x14, dead->machine->time / 10000000 - 11644473600, 4);
	buffer_put(out, 0x18, 0x40, 8);
	write_thread(&m);
	write_modules(&m);
	write_memory(&m);
	write_exception(&m);
	write_system(&m);
	write_unloaded(&m);
	write_misc(&m);
}
