#include "corpus-tools/write_header.h"

#include <string.h>

/* Offsets of the two headers' fields, 32-bit first. */
struct place {
	uint16_t at[2];
	uint8_t bytes[2];
};

static const struct place dtb = { { 0x10, 0x10 }, { 4, 8 } };
static const struct place pfn = { { 0x14, 0x18 }, { 4, 8 } };
static const struct place loaded = { { 0x18, 0x20 }, { 4, 8 } };
static const struct place active = { { 0x1c, 0x28 }, { 4, 8 } };
static const struct place image = { { 0x20, 0x30 }, { 4, 4 } };
static const struct place processors = { { 0x24, 0x34 }, { 4, 4 } };
static const struct place code = { { 0x28, 0x38 }, { 4, 4 } };
static const struct place args = { { 0x2c, 0x40 }, { 4, 8 } };
static const struct place user = { { 0x3c, 0x60 }, { 0, 0 } };
static const struct place kdbg = { { 0x60, 0x80 }, { 4, 8 } };
static const struct place memory = { { 0x64, 0x88 }, { 0, 0 } };
static const struct place context = { { 0x320, 0x348 }, { 0, 0 } };
static const struct place exception = { { 0x7d0, 0xf00 }, { 0, 0 } };
static const struct place type = { { 0xf88, 0xf98 }, { 4, 4 } };
static const struct place required = { { 0xfa0, 0xfa0 }, { 8, 8 } };
static const struct place time_of = { { 0xfc0, 0xfa8 }, { 8, 8 } };
static const struct place comment = { { 0x820, 0xfb0 }, { 0, 0 } };
static const struct place uptime = { { 0xfb8, 0x1030 }, { 8, 8 } };
static const struct place fields = { { 0xf8c, 0x1038 }, { 4, 4 } };
static const struct place secondary = { { 0xf90, 0x103c }, { 4, 4 } };
static const struct place product = { { 0xf94, 0x1040 }, { 4, 4 } };
static const struct place suite = { { 0xf98, 0x1044 }, { 4, 4 } };
static const struct place writer = { { 0xf9c, 0x1048 }, { 4, 4 } };
static const struct place kd_version = { { 0x5d, 0x104d }, { 1, 1 } };
static const struct place attributes = { { 0x8a0, 0x1050 }, { 4, 4 } };
static const struct place boot = { { 0x8a4, 0x1054 }, { 4, 4 } };
#define PAE_AT 0x5c
#define RUN_BYTES 0x2bc

static bool wide(const struct dead *dead)
{
	return dead->pointer == 8;
}

/* Where the payload begins: 0x1000 or 0x2000. */
static size_t header_size(const struct dead *dead)
{
	return wide(dead) ? 0x2000 : 0x1000;
}

static size_t at(const struct dead *dead, struct place place)
{
	return place.at[wide(dead)];
}

static void put(const struct dead *dead, struct buffer *out, struct place place,
		uint64_t value)
{
	buffer_put(out, at(dead, place), value, place.bytes[wide(dead)]);
}

static uint64_t dump_type(const struct machine *machine)
{
	static const uint8_t types[MACHINE_FORMATS] = {
		[MACHINE_FULL] = 1,	 [MACHINE_SUMMARY] = 2,
		[MACHINE_BITMAP] = 5,	 [MACHINE_KERNEL_BITMAP] = 6,
		[MACHINE_AUTOMATIC] = 7, [MACHINE_ACTIVE] = 5,
		[MACHINE_LIVE] = 6,	 [MACHINE_RDMP] = 8,
		[MACHINE_TRIAGE_A] = 4,	 [MACHINE_TRIAGE_B] = 4,
		[MACHINE_HEADER] = 3,
	};

	return machine->type_known ? machine->type : types[machine->format];
}

/* Header exceptions are the bug check's own breakpoint. */
static void write_exception(const struct dead *dead, struct buffer *out)
{
	struct regs regs = dead->header;
	const size_t start = at(dead, exception);
	const size_t size = wide(dead) ? 0x98 : 0x50;

	memset(out->data + start, 0, size);
	buffer_put(out, start, 0x80000003, 4);
	buffer_put(out, start + 4, 1, 4);
	buffer_put(out, start + (wide(dead) ? 0x10 : 0xc),
		   *regs_ip(dead->arch, &regs), dead->pointer);
}

static void write_context(const struct dead *dead, struct buffer *out)
{
	const size_t start = at(dead, context);
	uint8_t raw[REGS_CONTEXT_BYTES];

	/* A memory grabber of a running machine has no context to save. */
	if (dead->machine->tool)
		return;
	memset(out->data + start, 0, wide(dead) ? 0xbb8 : 0x4b0);
	regs_context(dead->arch, &dead->header,
		     regs_flags(dead->arch, dead->pointer == 4 ? 0x3f : 0xf),
		     raw);
	memcpy(out->data + start, raw, dead->map->context_size);
}

/* What a debugger leaves unset when it converts a dump. */
static void write_origin(const struct dead *dead, struct buffer *out)
{
	const struct machine *machine = dead->machine;
	const bool converted = machine->format == MACHINE_TRIAGE_A;
	uint64_t bits = machine->attributes;

	if (!machine->attributes_known) {
		if (machine->format == MACHINE_TRIAGE_B)
			bits |= 8;
		if (machine->format == MACHINE_LIVE)
			bits |= 0x10;
		if (machine->format == MACHINE_ACTIVE)
			bits |= 0x40;
	}
	if (converted) {
		put(dead, out, writer, 0);
		put(dead, out, kd_version, 0);
		if (machine->attributes_known)
			put(dead, out, attributes, bits);
	} else {
		put(dead, out, secondary, 0);
		put(dead, out, attributes, bits);
		put(dead, out, boot,
		    machine->boot_known ? machine->boot_id : 117);
		memset(out->data + at(dead, user), 0, 32);
	}
	if (machine->format == MACHINE_TRIAGE_A)
		put(dead, out, fields, 0xcff);
	else if (machine->format == MACHINE_TRIAGE_B)
		put(dead, out, fields, 0xdff);
}

static void write_machine(const struct dead *dead, struct buffer *out)
{
	const struct machine *machine = dead->machine;
	/* The low bits of CR3 are flags. */
	const uint64_t cr3_flags =
		layout_family(dead->arch) == LAYOUT_X64 ? 2 : 0;

	put(dead, out, dtb, dead->dtb | cr3_flags);
	put(dead, out, pfn,
	    machine->format == MACHINE_TRIAGE_B ? dead->map->pfn_database
						: dead->pfn_database);
	put(dead, out, loaded, dead->ps_loaded);
	put(dead, out, active, dead->ps_active);
	put(dead, out, image, dead->map->image_type);
	put(dead, out, processors, machine->cpus);
	put(dead, out, code, machine->code);
	for (size_t i = 0; i < 4; i++)
		buffer_put(out, at(dead, args) + i * dead->pointer,
			   dead->args[i], dead->pointer);
	put(dead, out, kdbg, dead->kdbg);
	if (!wide(dead))
		buffer_put(out, PAE_AT, dead->arch == LAYOUT_X86_PAE, 1);
	put(dead, out, time_of, machine->time);
	put(dead, out, uptime, machine->uptime);
	put(dead, out, product, machine->product);
	put(dead, out, suite, machine->suite);
}

void write_header(const struct dead *dead, struct buffer *out)
{
	const struct machine *machine = dead->machine;
	const size_t size = header_size(dead);

	buffer_grow(out, size);
	buffer_fill(out, 0, size, "PAGE");
	memcpy(out->data, wide(dead) ? "PAGEDU64" : "PAGEDUMP", 8);
	buffer_put(out, 8, 0xf, 4);
	buffer_put(out, 0xc, machine->build, 4);
	write_machine(dead, out);
	write_context(dead, out);
	write_exception(dead, out);
	write_origin(dead, out);
	put(dead, out, type, dump_type(machine));
	write_header_required(dead, out, size);
	if (machine->comment) {
		memset(out->data + at(dead, comment), 0, 0x80);
		memcpy(out->data + at(dead, comment), machine->comment,
		       strnlen(machine->comment, 0x7f));
	}
}

void write_header_required(const struct dead *dead, struct buffer *out,
			   uint64_t bytes)
{
	put(dead, out, required, bytes);
}

bool write_header_runs(const struct dead *dead, struct buffer *out,
		       const struct write_header_run *runs, size_t count)
{
	const size_t n = dead->pointer;
	const size_t start = at(dead, memory);
	uint64_t pages = 0;

	if (2 * n + count * 2 * n > RUN_BYTES)
		return false;
	memset(out->data + start, 0, RUN_BYTES);
	for (size_t i = 0; i < count; i++) {
		const size_t run = start + 2 * n + i * 2 * n;

		buffer_put(out, run, runs[i].pfn, n);
		buffer_put(out, run + n, runs[i].count, n);
		pages += runs[i].count;
	}
	buffer_put(out, start, count, 4);
	buffer_put(out, start + n, pages, n);
	return true;
}
