#include "corpus-tools/dead_code.h"

#include <string.h>

#include "corpus-tools/little.h"

/* One function being written: bytes before and from the address that counts. */
struct code {
	uint8_t before[48], after[32];
	size_t before_size, after_size;
	uint8_t prolog;
};

static void add(uint8_t *to, size_t *size, const char *bytes, size_t count)
{
	memcpy(to + *size, bytes, count);
	*size += count;
}

static void add_number(uint8_t *to, size_t *size, uint64_t value, size_t count)
{
	little_put(to + *size, value, count);
	*size += count;
}

#define BEFORE(code, bytes)                                                    \
	add((code)->before, &(code)->before_size, bytes, sizeof(bytes) - 1)
#define AFTER(code, bytes)                                                     \
	add((code)->after, &(code)->after_size, bytes, sizeof(bytes) - 1)

static void adjust_x64(uint8_t *to, size_t *size, char how, uint32_t frame)
{
	if (frame < 0x80) {
		const char bytes[] = { 0x48, (char)0x83, how, (char)frame };

		add(to, size, bytes, sizeof(bytes));
	} else {
		const char bytes[] = { 0x48, (char)0x81, how };

		add(to, size, bytes, sizeof(bytes));
		add_number(to, size, frame, 4);
	}
}

static void enter(const struct dead *dead, struct code *code, uint32_t frame,
		  uint64_t id)
{
	switch (layout_family(dead->arch)) {
	case LAYOUT_X86:
		BEFORE(code, "\x55\x8b\xec\x81\xec"); /* push, mov, sub */
		add_number(code->before, &code->before_size, frame, 4);
		code->prolog = (uint8_t)code->before_size;
		BEFORE(code, "\xb8");
		add_number(code->before, &code->before_size, id, 4);
		break;
	case LAYOUT_X64:
		adjust_x64(code->before, &code->before_size, (char)0xec, frame);
		code->prolog = (uint8_t)code->before_size;
		BEFORE(code, "\xb8"); /* mov eax, id */
		add_number(code->before, &code->before_size, id, 4);
		break;
	default: /* stp x29, x30, [sp, #-frame]!; mov x29, sp; mov w8, #id */
		add_number(code->before, &code->before_size,
			   0xa9807bfd | ((0 - frame / 8) & 0x7f) << 15, 4);
		BEFORE(code, "\xfd\x03\x00\x91");
		code->prolog = (uint8_t)code->before_size;
		add_number(code->before, &code->before_size,
			   0x52800008 | (id & 0xffff) << 5, 4);
		break;
	}
}

static void leave(const struct dead *dead, struct code *code, uint32_t frame)
{
	switch (layout_family(dead->arch)) {
	case LAYOUT_X86:
		AFTER(code, "\x8b\xe5\x5d\xc3");
		break;
	case LAYOUT_X64:
		adjust_x64(code->after, &code->after_size, (char)0xc4, frame);
		AFTER(code, "\xc3");
		break;
	default:
		add_number(code->after, &code->after_size,
			   0xa8c07bfd | (frame / 8 & 0x7f) << 15, 4);
		AFTER(code, "\xc0\x03\x5f\xd6");
		break;
	}
}

static void call(const struct dead *dead, struct code *code, uint64_t ra,
		 uint64_t callee)
{
	const int64_t far = (int64_t)(callee - ra);
	const bool near = callee && far < 0x7fffffff && far > -0x7fffffff;

	if (layout_family(dead->arch) == LAYOUT_ARM64) {
		const uint64_t words = (callee - (ra - 4)) >> 2;

		if (near && far < 0x7ffffff && far > -0x7ffffff)
			add_number(code->before, &code->before_size,
				   0x94000000 | (words & 0x3ffffff), 4);
		else
			BEFORE(code, "\x00\x01\x3f\xd6"); /* blr x8 */
	} else if (near) {
		BEFORE(code, "\xe8");
		add_number(code->before, &code->before_size, callee - ra, 4);
	} else if (dead->pointer == 4) {
		BEFORE(code, "\xff\xd0"); /* call eax */
	} else {
		BEFORE(code, "\x41\xff\xd2"); /* call r10 */
	}
}

static uint64_t place(struct dead *dead, const struct code *code, uint64_t at,
		      uint32_t frame, bool machine_trap)
{
	const uint64_t start = at - code->before_size;
	const uint64_t end = at + code->after_size;
	const struct machine_module *module = dead_module_at(dead, at);

	for (size_t i = 0; i < dead->function_count; i++) {
		const struct dead_function *other = &dead->functions[i];

		if (start < other->end && other->start < end)
			return start;
	}
	if (dead->function_count == DEAD_FUNCTIONS || !module ||
	    start < module->base + 0x400)
		return start;
	dead->functions[dead->function_count++] =
		(struct dead_function){ start, end, frame, code->prolog,
					machine_trap };
	canvas_write(&dead->canvas, start, code->before, code->before_size);
	canvas_write(&dead->canvas, at, code->after, code->after_size);
	dead_piece(dead, (at - 0x80) & ~(uint64_t)0xf, 0x100, false);
	return start;
}

uint64_t dead_code_call(struct dead *dead, uint64_t ra, uint32_t frame,
			uint64_t callee, uint64_t id)
{
	struct code code = { .before_size = 0 };

	enter(dead, &code, frame, id);
	call(dead, &code, ra, callee);
	leave(dead, &code, frame);
	return place(dead, &code, ra, frame, false);
}

uint64_t dead_code_stop(struct dead *dead, uint64_t ip, uint32_t frame,
			uint64_t id)
{
	struct code code = { .before_size = 0 };

	enter(dead, &code, frame, id);
	if (layout_family(dead->arch) == LAYOUT_ARM64)
		AFTER(&code, "\x00\x00\x40\xf9"); /* ldr x0, [x0] */
	else
		AFTER(&code, "\x8b\x01"); /* mov eax, [ecx] or [rcx] */
	leave(dead, &code, frame);
	return place(dead, &code, ip, frame, false);
}

uint64_t dead_code_trap(struct dead *dead, uint64_t ra, uint32_t frame,
			uint64_t callee)
{
	struct code code = { .before_size = 0 };

	if (layout_family(dead->arch) == LAYOUT_X86) {
		/* mov ebp, esp; the frame is the trap frame */
		BEFORE(&code, "\x55\x53\x56\x57\x8b\xec");
		call(dead, &code, ra, callee);
		AFTER(&code, "\x8b\xe5\xeb\xfe\xcc");
	} else if (layout_family(dead->arch) == LAYOUT_X64) {
		BEFORE(&code, "\x55\x48\x81\xec\x58\x01\x00\x00");
		code.prolog = 8;
		call(dead, &code, ra, callee);
		adjust_x64(code.after, &code.after_size, (char)0xc4, frame);
		AFTER(&code, "\x48\xcf"); /* iretq */
	} else {
		call(dead, &code, ra, callee);
		AFTER(&code, "\xe0\x03\x9f\xd6"); /* eret */
	}
	return place(dead, &code, ra, frame, true);
}

/* An image's header page.  Offsets of the PE format. */
static void headers(struct dead *dead, const struct machine_module *module,
		    uint32_t pdata, uint32_t pdata_size)
{
	const bool wide = dead->pointer == 8;
	const uint64_t nt = module->base + 0xf8;
	const uint64_t optional = nt + 0x18;
	const uint32_t optional_size = wide ? 0xf0 : 0xe0;
	const uint64_t directories = optional + (wide ? 0x70 : 0x60);
	const uint64_t section = optional + optional_size;
	struct canvas *canvas = &dead->canvas;

	canvas_put(canvas, module->base, 0x5a4d, 2);
	canvas_put(canvas, module->base + 0x3c, 0xf8, 4);
	canvas_put(canvas, nt, 0x4550, 4);
	canvas_put(canvas, nt + 4, dead->map->image_type, 2);
	canvas_put(canvas, nt + 6, 2, 2);
	canvas_put(canvas, nt + 8, module->time, 4);
	canvas_put(canvas, nt + 0x14, optional_size, 2);
	canvas_put(canvas, nt + 0x16, 0x22, 2);
	canvas_put(canvas, optional, wide ? 0x20b : 0x10b, 2);
	canvas_put(canvas, optional + 0x10, 0x1000, 4);
	canvas_put(canvas, optional + 0x20, 0x1000, 4);
	canvas_put(canvas, optional + 0x24, 0x200, 4);
	canvas_put(canvas, optional + 0x38, module->size, 4);
	canvas_put(canvas, optional + 0x3c, 0x400, 4);
	canvas_put(canvas, optional + 0x40, module->checksum, 4);
	canvas_put(canvas, directories - 4, 16, 4);
	if (pdata_size) {
		canvas_put(canvas, directories + 24, pdata, 4);
		canvas_put(canvas, directories + 28, pdata_size, 4);
	}
	canvas_write(canvas, section, ".text\0\0\0", 8);
	canvas_put(canvas, section + 8, module->size - 0x5000, 4);
	canvas_put(canvas, section + 12, 0x1000, 4);
	canvas_put(canvas, section + 0x24, 0x68000020, 4);
	canvas_write(canvas, section + 0x28, ".pdata\0\0", 8);
	canvas_put(canvas, section + 0x30, 0x2000, 4);
	canvas_put(canvas, section + 0x34, pdata, 4);
	canvas_put(canvas, section + 0x4c, 0x48000040, 4);
}

/* UNWIND_INFO: one allocation, and the machine frame under it for a trap. */
static void unwind_x64(struct dead *dead, uint64_t at,
		       const struct dead_function *function)
{
	const bool small = function->frame <= 128;
	const uint8_t count =
		(uint8_t)((small ? 1 : 2) + function->machine_trap);
	/* A trap's machine frame begins with its error code. */
	const uint32_t frame =
		function->frame - (function->machine_trap ? 8 : 0);
	uint8_t info[16] = { 1, function->prolog, count, 0 };

	info[4] = function->prolog;
	if (small) {
		info[5] = (uint8_t)(2 | (frame / 8 - 1) << 4);
	} else {
		info[5] = 1;
		little_put(info + 6, frame / 8, 2);
	}
	if (function->machine_trap)
		info[4 + 2 * (count - 1) + 1] = 0x1a;
	canvas_write(&dead->canvas, at, info, sizeof(info));
}

/* Packed data: saves <x29, lr>, allocates frame. */
static uint32_t unwind_arm64(const struct dead_function *function)
{
	const uint32_t words = (uint32_t)(function->end - function->start) / 4;

	return 1 | words << 2 | 3u << 21 | (function->frame / 16) << 23;
}

static int by_start(const struct dead *dead, size_t a, size_t b)
{
	return dead->functions[a].start < dead->functions[b].start ? -1 : 1;
}

/* The functions of a module, by address; how many. */
static size_t functions_of(const struct dead *dead,
			   const struct machine_module *module, size_t *index,
			   size_t room)
{
	size_t count = 0;

	for (size_t i = 0; i < dead->function_count && count < room; i++) {
		if (dead->functions[i].start - module->base >= module->size)
			continue;
		size_t at = count++;

		for (; at > 0 && by_start(dead, i, index[at - 1]) < 0; at--)
			index[at] = index[at - 1];
		index[at] = i;
	}
	return count;
}

#define FUNCTIONS_A_MODULE 200

static uint32_t unwind_data(struct dead *dead,
			    const struct machine_module *module, uint32_t pdata)
{
	size_t index[FUNCTIONS_A_MODULE];
	const size_t count =
		functions_of(dead, module, index, FUNCTIONS_A_MODULE);
	const bool arm = dead->arch == LAYOUT_ARM64;
	const uint32_t entry = arm ? 8 : 12;

	for (size_t i = 0; i < count; i++) {
		const struct dead_function *f = &dead->functions[index[i]];
		const uint64_t at = module->base + pdata + i * entry;
		const uint32_t info = pdata + 0x1000 + (uint32_t)i * 16;

		canvas_put(&dead->canvas, at, f->start - module->base, 4);
		if (arm) {
			canvas_put(&dead->canvas, at + 4, unwind_arm64(f), 4);
			continue;
		}
		canvas_put(&dead->canvas, at + 4, f->end - module->base, 4);
		canvas_put(&dead->canvas, at + 8, info, 4);
		unwind_x64(dead, module->base + info, f);
	}
	return (uint32_t)count * entry;
}

void dead_code_images(struct dead *dead)
{
	for (size_t i = 0; i < dead->machine->module_count; i++) {
		const struct machine_module *module =
			&dead->machine->modules[i];
		const uint32_t pdata = module->size - 0x3000;
		uint32_t size = 0;

		if (module->size < 0x8000)
			continue;
		if (dead->pointer == 8)
			size = unwind_data(dead, module, pdata);
		headers(dead, module, pdata, size);
	}
}
