/*
 * Exact unwinding by a module's exception directory (.pdata): Microsoft, "x64
 * exception handling".
 *
 *   RUNTIME_FUNCTION   u32 begin, u32 end, u32 unwind info; sorted by begin
 *   UNWIND_INFO        u8 version:3 flags:5, u8 prolog bytes, u8 code count,
 *                      u8 frame register:4 offset/16:4, u16 codes[], and with
 *                      CHAININFO a RUNTIME_FUNCTION after an even number
 *   code               u8 offset in prolog, u8 operation:4 info:4
 */
#include "indexer/target/space.h"
#include "indexer/target/unwind.h"
#include "signatures/base/limits.h"

enum {
	FUNCTION_BYTES = 12,
	CHAINED = 4, /* UNW_FLAG_CHAININFO */
	INDIRECT = 1 /* in the unwind info's rva */
};

enum operation {
	PUSH_NONVOLATILE,
	ALLOCATE_LARGE,
	ALLOCATE_SMALL,
	SET_FRAME,
	SAVE_NONVOLATILE,
	SAVE_NONVOLATILE_FAR,
	EPILOG,
	SPARE,
	SAVE_XMM,
	SAVE_XMM_FAR,
	MACHINE_FRAME
};

struct function {
	uint32_t begin, end, info;
};

struct frame {
	struct unwind *unwind;
	const struct code_module *module;
	struct cpu cpu;
	uint64_t slot; /* set by a machine frame */
	bool is_machine;
};

void unwind_x64_init(struct unwind *unwind, const struct target *target)
{
	*unwind = (struct unwind){ .target = target };
	unwind->code = code_create(target);
	unwind->disasm = disasm_create(target, unwind->code);
}

static bool read_function(struct unwind *unwind,
			  const struct code_module *module, uint32_t rva,
			  struct function *ret)
{
	uint8_t raw[FUNCTION_BYTES];

	if (!code_read(unwind->code, module, rva, raw, sizeof(raw)))
		return false;
	struct bytes in = bytes_of(raw, sizeof(raw));
	ret->begin = bytes_u32(&in);
	ret->end = bytes_u32(&in);
	ret->info = bytes_u32(&in);
	return true;
}

enum found {
	FOUND_UNKNOWN,
	FOUND_LEAF,
	FOUND_FUNCTION
};

/* Bisect the directory; a page of it that is absent makes it unknown. */
static enum found find(struct unwind *unwind, const struct code_module *module,
		       uint32_t rva, struct function *ret)
{
	struct image_part pdata;

	if (!code_pdata(module, &pdata))
		return FOUND_UNKNOWN;
	uint32_t low = 0, high = pdata.bytes / FUNCTION_BYTES;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		struct function entry;
		if (!read_function(unwind, module,
				   pdata.rva + middle * FUNCTION_BYTES, &entry))
			return FOUND_UNKNOWN;
		if (rva < entry.begin) {
			high = middle;
		} else if (rva >= entry.end) {
			low = middle + 1;
		} else {
			*ret = entry;
			return FOUND_FUNCTION;
		}
	}
	return FOUND_LEAF;
}

static bool load(struct frame *frame, unsigned reg, uint64_t va)
{
	uint64_t value;

	if (!space_u64(frame->unwind->target, va, &value))
		return false;
	cpu_set(&frame->cpu, reg, value);
	return true;
}

static unsigned code_slots(unsigned operation, unsigned info)
{
	switch (operation) {
	case ALLOCATE_LARGE:
		return info == 0 ? 2 : 3;
	case SAVE_NONVOLATILE:
	case SAVE_XMM:
		return 2;
	case SAVE_NONVOLATILE_FAR:
	case SAVE_XMM_FAR:
	case SPARE:
		return 3;
	default:
		return 1;
	}
}

static bool undo_machine_frame(struct frame *frame, unsigned info)
{
	struct cpu *cpu = &frame->cpu;
	const uint64_t at = cpu->reg[CPU_SP] + (info == 1 ? 8 : 0);

	frame->slot = at;
	frame->is_machine = true;
	return space_u64(frame->unwind->target, at, &cpu->ip) &&
	       load(frame, CPU_SP, at + 0x18);
}

/* Undo one operation; rest is the cursor behind its first slot. */
static bool undo(struct frame *frame, unsigned operation, unsigned info,
		 struct bytes rest, uint64_t base, unsigned frame_register,
		 unsigned frame_offset)
{
	struct cpu *cpu = &frame->cpu;

	switch (operation) {
	case PUSH_NONVOLATILE:
		if (!load(frame, info, cpu->reg[CPU_SP]))
			return false;
		cpu->reg[CPU_SP] += 8;
		return true;
	case ALLOCATE_LARGE:
		cpu->reg[CPU_SP] +=
			info == 0 ? bytes_u16(&rest) * 8u : bytes_u32(&rest);
		return !rest.failed;
	case ALLOCATE_SMALL:
		cpu->reg[CPU_SP] += info * 8u + 8;
		return true;
	case SET_FRAME:
		if (!cpu_knows(cpu, frame_register))
			return false;
		cpu_set(cpu, CPU_SP, cpu->reg[frame_register] - frame_offset);
		return true;
	case SAVE_NONVOLATILE:
		return load(frame, info, base + bytes_u16(&rest) * 8u);
	case SAVE_NONVOLATILE_FAR:
		return load(frame, info, base + bytes_u32(&rest));
	case MACHINE_FRAME:
		return undo_machine_frame(frame, info);
	case EPILOG:
	case SPARE:
	case SAVE_XMM:
	case SAVE_XMM_FAR:
		return true;
	default:
		return false;
	}
}

/*
 * Undo one UNWIND_INFO; within: bytes of the function run so far, so that
 * operations of the prolog that were not reached are left out.  chained
 * becomes the parent, or keeps begin == end.
 */
static bool undo_info(struct frame *frame, uint32_t rva, uint32_t within,
		      struct function *chained)
{
	uint8_t head[4], raw[512];
	struct unwind *unwind = frame->unwind;

	if (!code_read(unwind->code, frame->module, rva, head, sizeof(head)) ||
	    ((head[0] & 7) != 1 && (head[0] & 7) != 2))
		return false;
	const unsigned count = head[2], frame_register = head[3] & 15;
	const unsigned frame_offset = (head[3] >> 4) * 16;
	if (count > 0 &&
	    !code_read(unwind->code, frame->module, rva + 4, raw, count * 2))
		return false;
	struct bytes codes = bytes_of(raw, count * 2);
	uint64_t base = frame->cpu.reg[CPU_SP];
	if (frame_register != 0 && cpu_knows(&frame->cpu, frame_register))
		base = frame->cpu.reg[frame_register] - frame_offset;
	while (bytes_left(&codes) > 0 && !frame->is_machine) {
		const unsigned offset = bytes_u8(&codes);
		const unsigned both = bytes_u8(&codes);
		const unsigned operation = both & 15, info = both >> 4;
		if (offset <= within &&
		    !undo(frame, operation, info, codes, base, frame_register,
			  frame_offset))
			return false;
		bytes_skip(&codes, (code_slots(operation, info) - 1) * 2);
	}
	if (codes.failed)
		return false;
	if ((head[0] >> 3 & CHAINED) == 0)
		return true;
	return read_function(unwind, frame->module,
			     rva + 4 + (count + 1) / 2 * 4, chained);
}

/* Is the frame stopped where some registers are popped already? */
static bool is_in_epilogue(struct unwind *unwind, uint64_t ip)
{
	for (unsigned i = 0; i < 10; i++) {
		const struct disasm_insn *insn = disasm_at(unwind->disasm, ip);
		if (insn == NULL)
			return false;
		if (insn->kind == DISASM_RETURN)
			return true;
		if (insn->kind != DISASM_POP)
			return false;
		ip += insn->size;
	}
	return false;
}

static bool undo_function(struct frame *frame, struct function function,
			  uint32_t rva)
{
	uint32_t within = rva - function.begin;

	for (unsigned i = 0; i < LIMIT_UNWIND_CHAIN; i++) {
		struct function parent = { 0 };
		if (function.info & INDIRECT) {
			if (!read_function(frame->unwind, frame->module,
					   function.info & ~UINT32_C(1),
					   &parent))
				return false;
		} else if (!undo_info(frame, function.info, within, &parent)) {
			return false;
		}
		if (parent.begin == parent.end || frame->is_machine)
			return true;
		function = parent;
		within = UINT32_MAX; /* the parent's prolog is long done */
	}
	return false;
}

bool unwind_x64(struct unwind *unwind, const struct cpu *from, bool is_inside,
		struct unwind_step *ret)
{
	struct frame frame = { .unwind = unwind, .cpu = *from };
	struct function function;
	uint64_t floor;

	frame.module = code_module(unwind->code, from->ip);
	if (frame.module == NULL || !cpu_knows(from, CPU_SP))
		return false;
	/* a call may be the last instruction: its return address is past it */
	const uint32_t rva = (uint32_t)(from->ip - frame.module->module->base);
	const enum found found = find(unwind, frame.module,
				      is_inside ? rva : rva - 1, &function);
	if (found == FOUND_UNKNOWN || (found == FOUND_LEAF && !is_inside))
		return false;
	if (is_inside && found == FOUND_FUNCTION &&
	    is_in_epilogue(unwind, from->ip))
		return unwind_epilogue(unwind, from, ret, &floor);
	if (found == FOUND_FUNCTION && !undo_function(&frame, function, rva))
		return false;
	if (!frame.is_machine) {
		frame.slot = frame.cpu.reg[CPU_SP];
		if (!space_u64(unwind->target, frame.slot, &frame.cpu.ip))
			return false;
		/* or the directory is not this code's */
		if (found == FOUND_LEAF &&
		    !code_is_possible(unwind->code, frame.cpu.ip))
			return false;
		frame.cpu.reg[CPU_SP] += 8;
		cpu_forget(&frame.cpu, UNWIND_VOLATILE_X64);
	}
	*ret = (struct unwind_step){ .cpu = frame.cpu,
				     .slot = frame.slot,
				     .how = frame.is_machine
						    ? CRASH_HOW_TRAP_FRAME
						    : CRASH_HOW_UNWIND,
				     .agreeing = 1 };
	return true;
}

bool unwind_x64_function(struct unwind *unwind, uint64_t ip, uint64_t *begin,
			 uint64_t *end)
{
	const struct code_module *module = code_module(unwind->code, ip);
	struct function function;

	if (module == NULL || unwind->target->crash->machine.arch != CRASH_X64)
		return false;
	const uint64_t base = module->module->base;
	if (find(unwind, module, (uint32_t)(ip - base), &function) !=
	    FOUND_FUNCTION)
		return false;
	*begin = base + function.begin;
	*end = base + function.end;
	return true;
}
