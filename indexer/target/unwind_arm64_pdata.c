/*
 * Exact unwinding by a module's exception directory (.pdata): Microsoft, "ARM64
 * exception handling".
 *
 *   entry   u32 begin, u32 data; sorted by begin.  Low two bits of data: 0 rva
 *           of .xdata; 1 packed, 2 packed without prolog:
 *           length/4:11 at 2, RegF:3 at 13, RegI:4 at 16, H at 20, CR:2 at 21,
 *           frame/16:9 at 23
 *   .xdata  u32 length/4:18, version:2, X, E, epilogs:5, code words:5; if both
 *           are 0, u32 epilogs:16, code words:8; unless E, an u32 for each
 *           epilog: start/4:18, first code:10 at 22; codes
 *
 *   frame of packed data, from its lowest address:
 *           x29, lr (CR 2, 3), locals, x19.. (RegI), lr (CR 1), d8.., x0..x7
 */
#include "indexer/target/unwind.h"

#include "indexer/target/space.h"

enum {
	ENTRY_BYTES = 8,
	FIRST_SAVED = 19, /* x19 */
	VOLATILE = 0x7ffff,
	CODES_MOST = 255 * 4
};

struct function {
	uint32_t begin, data;
};

/* A frame while it is undone. */
struct frame {
	struct unwind *unwind;
	const struct code_module *module;
	struct cpu cpu;
	uint64_t slot;	/* where the link register was saved; 0 = nowhere */
	unsigned pairs; /* save_next seen since the last save */
	uint32_t at;	/* bytes of the function run so far */
	bool is_inside; /* stopped anywhere, not at a call */
};

static bool read_u32(struct frame *frame, uint32_t rva, uint32_t *ret)
{
	uint8_t raw[4];

	if (!code_read(frame->unwind->code, frame->module, rva, raw,
		       sizeof(raw)))
		return false;
	struct bytes in = bytes_of(raw, sizeof(raw));
	*ret = bytes_u32(&in);
	return true;
}

/* The last entry that begins at or before rva. */
static bool find(struct frame *frame, uint32_t rva, struct function *ret)
{
	struct image_part pdata;
	uint32_t low = 0, begin;

	if (!code_pdata(frame->module, &pdata))
		return false;
	uint32_t high = pdata.bytes / ENTRY_BYTES;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		if (!read_u32(frame, pdata.rva + middle * ENTRY_BYTES, &begin))
			return false;
		if (begin <= rva)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == 0)
		return false;
	const uint32_t at = pdata.rva + (low - 1) * ENTRY_BYTES;
	return read_u32(frame, at, &ret->begin) &&
	       read_u32(frame, at + 4, &ret->data);
}

static bool load(struct frame *frame, unsigned reg, uint64_t va)
{
	uint64_t value;

	if (reg >= CPU_SP_ARM64 ||
	    !space_u64(frame->unwind->target, va, &value))
		return false;
	cpu_set(&frame->cpu, reg, value);
	if (reg == CPU_LR_ARM64)
		frame->slot = va;
	return true;
}

struct packed {
	unsigned kind;	      /* CR: 2 and 3 keep a frame pointer */
	unsigned saved;	      /* x19 and on */
	uint32_t length;      /* of the function */
	uint32_t whole, area; /* bytes of the frame, of what is saved high */
	uint32_t prolog;      /* bytes of code; the epilog is no longer */
};

static struct packed decode(uint32_t data)
{
	const unsigned floats = data >> 13 & 7, homes = data >> 20 & 1;
	struct packed it = { .kind = data >> 21 & 3,
			     .saved = data >> 16 & 15,
			     .length = (data >> 2 & 0x7ff) * 4,
			     .whole = (data >> 23) * 16 };
	const uint32_t ints = it.saved * 8 + (it.kind == 1 ? 8 : 0);
	uint32_t steps = (it.saved + 1) / 2 + (floats + 2) / 2 * !!floats;

	it.area =
		(ints + (floats ? floats * 8 + 8 : 0) + homes * 64 + 15) & ~15u;
	const uint32_t locals = it.whole > it.area ? it.whole - it.area : 0;
	steps += homes * 4 + (it.kind == 2) +
		 (it.kind == 1 && it.saved % 2 == 0);
	if (it.kind >= 2)
		steps += locals <= 512 ? 2 : locals <= 4080 ? 3 : 4;
	else
		steps += (locals > 0) + (locals > 4080);
	it.prolog = (data & 3) == 1 ? steps * 4 : 0;
	return it;
}

/*
 * A frame stopped half way through a prolog or epilog is left to those who
 * judge by the registers.
 */
static bool undo_packed(struct frame *frame, uint32_t data)
{
	const struct packed it = decode(data);
	struct cpu *cpu = &frame->cpu;
	const unsigned reg = it.kind >= 2 ? CPU_FP_ARM64 : CPU_SP_ARM64;

	if (frame->at > it.length || it.whole < it.area || it.saved > 10 ||
	    !cpu_knows(cpu, reg))
		return false;
	if (frame->is_inside && it.prolog > 0 &&
	    (frame->at < it.prolog || it.length - frame->at <= it.prolog + 8))
		return false;
	const uint64_t base = cpu->reg[reg], high = base + it.whole - it.area;
	for (unsigned i = 0; i < it.saved; i++)
		if (!load(frame, FIRST_SAVED + i, high + i * 8))
			return false;
	if (it.kind == 1 && !load(frame, CPU_LR_ARM64, high + it.saved * 8))
		return false;
	if (it.kind >= 2 && (!load(frame, CPU_FP_ARM64, base) ||
			     !load(frame, CPU_LR_ARM64, base + 8)))
		return false;
	cpu_set(cpu, CPU_SP_ARM64, base + it.whole);
	return true;
}

/* Bytes of the unwind code that begins with first; 0 = none that we know. */
static unsigned code_bytes(unsigned first)
{
	if (first < 0xc0)
		return 1;
	if (first < 0xe0)
		return 2;
	switch (first) {
	case 0xe0: /* alloc_l */
		return 4;
	case 0xe2: /* add_fp */
		return 2;
	case 0xe1: /* set_fp */
	case 0xe3: /* nop */
	case 0xe4: /* end */
	case 0xe5: /* end_c */
	case 0xe6: /* save_next */
	case 0xfc: /* pac_sign_lr */
		return 1;
	default:
		return 0;
	}
}

static bool is_end(unsigned first)
{
	return first == 0xe4 || first == 0xe5;
}

static void release(struct frame *frame, uint64_t size)
{
	frame->cpu.reg[CPU_SP_ARM64] += size;
}

/* Registers saved from sp + offset on: count of them, then those of pairs. */
static bool restore(struct frame *frame, unsigned reg, unsigned count,
		    uint32_t offset)
{
	const uint64_t at = frame->cpu.reg[CPU_SP_ARM64] + offset;
	const unsigned all = count + 2 * frame->pairs;

	frame->pairs = 0;
	if (!cpu_knows(&frame->cpu, CPU_SP_ARM64))
		return false;
	for (unsigned i = 0; i < all; i++)
		if (!load(frame, reg + i, at + i * 8))
			return false;
	return true;
}

static bool restore_two(struct frame *frame, unsigned reg, unsigned other,
			uint32_t offset)
{
	const uint64_t at = frame->cpu.reg[CPU_SP_ARM64] + offset;

	return cpu_knows(&frame->cpu, CPU_SP_ARM64) && load(frame, reg, at) &&
	       load(frame, other, at + 8);
}

/* Undo a code of two bytes, value. */
static bool undo_wide(struct frame *frame, unsigned value)
{
	const unsigned offset = (value & 0x3f) * 8;
	const unsigned reg = FIRST_SAVED + (value >> 6 & 15);

	switch (value >> 10 & 15) {
	case 0: /* alloc_m, 11 bits: the second half too */
	case 1:
		release(frame, (value & 0x7ff) * 16);
		return true;
	case 2: /* save_regp */
		return restore(frame, reg, 2, offset);
	case 3: /* save_regp_x */
		if (!restore(frame, reg, 2, 0))
			return false;
		release(frame, offset + 8);
		return true;
	case 4: /* save_reg */
		return restore(frame, reg, 1, offset);
	default:
		break;
	}
	switch (value >> 9 & 31) {
	case 10: /* save_reg_x */
		if (!restore(frame, FIRST_SAVED + (value >> 5 & 15), 1, 0))
			return false;
		release(frame, (value & 0x1f) * 8 + 8);
		return true;
	case 11: /* save_lrpair */
		return restore_two(frame, FIRST_SAVED + 2 * (value >> 6 & 7),
				   CPU_LR_ARM64, offset);
	case 12: /* save_fregp, save_freg */
	case 14:
		frame->pairs = 0;
		return true;
	case 13: /* save_fregp_x */
		frame->pairs = 0;
		release(frame, offset + 8);
		return true;
	default: /* save_freg_x; alloc_z wants the length of a vector */
		if (value >> 8 != 0xde)
			return false;
		release(frame, (value & 0x1f) * 8 + 8);
		return true;
	}
}

/* Undo one code; rest begins with it. */
static bool undo(struct frame *frame, struct bytes rest)
{
	struct cpu *cpu = &frame->cpu;
	const unsigned first = bytes_u8(&rest);
	const unsigned low = first & 0x3f;

	if (first < 0x20) { /* alloc_s */
		release(frame, first * 16);
		return true;
	}
	if (first < 0x40) { /* save_r19r20_x */
		if (!restore(frame, FIRST_SAVED, 2, 0))
			return false;
		release(frame, (first & 0x1f) * 8);
		return true;
	}
	if (first < 0x80) /* save_fplr */
		return restore_two(frame, CPU_FP_ARM64, CPU_LR_ARM64, low * 8);
	if (first < 0xc0) { /* save_fplr_x */
		if (!restore_two(frame, CPU_FP_ARM64, CPU_LR_ARM64, 0))
			return false;
		release(frame, low * 8 + 8);
		return true;
	}
	if (first < 0xe0)
		return undo_wide(frame, first << 8 | bytes_u8(&rest));
	if (first == 0xe0) { /* alloc_l, most significant byte first */
		uint64_t size = bytes_u8(&rest);
		size = size << 8 | bytes_u8(&rest);
		release(frame, (size << 8 | bytes_u8(&rest)) * 16);
		return true;
	}
	if (first == 0xe1 || first == 0xe2) { /* set_fp, add_fp */
		const unsigned above = first == 0xe2 ? bytes_u8(&rest) * 8 : 0;
		if (!cpu_knows(cpu, CPU_FP_ARM64))
			return false;
		cpu_set(cpu, CPU_SP_ARM64, cpu->reg[CPU_FP_ARM64] - above);
		return true;
	}
	if (first == 0xe6)
		frame->pairs++;
	return true;
}

/* How many instructions the codes stand for, up to their end. */
static uint32_t count_codes(struct bytes codes)
{
	uint32_t count = 0;

	while (bytes_left(&codes) > 0) {
		struct bytes next = codes;
		const unsigned first = bytes_u8(&next);
		if (code_bytes(first) == 0 || is_end(first))
			break;
		bytes_skip(&codes, code_bytes(first));
		count++;
	}
	return count;
}

/* Undo all codes but the first few, whose instructions did not run. */
static bool undo_codes(struct frame *frame, struct bytes codes, uint32_t skip)
{
	while (bytes_left(&codes) > 0) {
		struct bytes next = codes;
		const unsigned first = bytes_u8(&next);
		const unsigned size = code_bytes(first);
		if (size == 0 || size > bytes_left(&codes))
			return false;
		if (is_end(first))
			return true;
		if (skip > 0)
			skip--;
		else if (!undo(frame, codes))
			return false;
		bytes_skip(&codes, size);
	}
	return true;
}

/* An epilog that the frame was stopped in: where its codes begin. */
static bool is_in_epilog(struct frame *frame, struct bytes codes,
			 uint32_t start, uint32_t index, uint32_t *skip,
			 struct bytes *ret)
{
	struct bytes own = bytes_part(codes, index, bytes_left(&codes) - index);

	if (own.failed || frame->at < start ||
	    (frame->at - start) / 4 > count_codes(own))
		return false;
	*skip = (frame->at - start) / 4;
	*ret = own;
	return true;
}

static bool undo_xdata(struct frame *frame, uint32_t rva)
{
	uint8_t raw[CODES_MOST];
	uint32_t head, skip, word, epilogs, words;
	struct bytes own;

	if (!read_u32(frame, rva, &head))
		return false;
	rva += 4;
	const uint32_t length = (head & 0x3ffff) * 4;
	const bool is_single = head >> 21 & 1; /* E: the count is an index */
	epilogs = head >> 22 & 31;
	words = head >> 27;
	if (epilogs == 0 && words == 0) {
		if (!read_u32(frame, rva, &word))
			return false;
		rva += 4;
		epilogs = word & 0xffff;
		words = word >> 16 & 0xff;
	}
	const uint32_t scopes = is_single ? 0 : epilogs;
	if (frame->at > length || words == 0 ||
	    !code_read(frame->unwind->code, frame->module, rva + scopes * 4,
		       raw, words * 4))
		return false;
	const struct bytes codes = bytes_of(raw, words * 4);
	if (!frame->is_inside)
		return undo_codes(frame, codes, 0);
	const uint32_t prolog = count_codes(codes);
	if (frame->at / 4 < prolog)
		return undo_codes(frame, codes, prolog - frame->at / 4);
	if (is_single) {
		own = bytes_part(codes, epilogs,
				 words * 4 > epilogs ? words * 4 - epilogs : 0);
		const uint32_t size = (count_codes(own) + 1) * 4;
		if (size <= length && is_in_epilog(frame, codes, length - size,
						   epilogs, &skip, &own))
			return undo_codes(frame, own, skip);
	}
	for (uint32_t i = 0; i < scopes; i++) {
		if (!read_u32(frame, rva + i * 4, &word))
			return false;
		if (is_in_epilog(frame, codes, (word & 0x3ffff) * 4, word >> 22,
				 &skip, &own))
			return undo_codes(frame, own, skip);
	}
	return undo_codes(frame, codes, 0);
}

bool unwind_arm64_pdata(struct unwind *unwind, const struct cpu *from,
			bool is_inside, struct unwind_step *ret)
{
	struct frame frame = { .unwind = unwind,
			       .cpu = *from,
			       .is_inside = is_inside };
	struct function function;

	frame.module = code_module(unwind->code, from->ip);
	if (frame.module == NULL)
		return false;
	const uint32_t rva = (uint32_t)(from->ip - frame.module->module->base);
	/* a call may be the last instruction: its return address is past it */
	if (!find(&frame, is_inside ? rva : rva - 4, &function))
		return false;
	frame.at = rva - function.begin;
	if (!is_inside) /* what a call may have changed is not the frame's own
			 */
		cpu_forget(&frame.cpu, UINT32_C(1) << CPU_LR_ARM64);
	if ((function.data & 3) == 3 ||
	    !((function.data & 3) == 0 ? undo_xdata(&frame, function.data)
				       : undo_packed(&frame, function.data)) ||
	    !cpu_knows(&frame.cpu, CPU_LR_ARM64) ||
	    !cpu_knows(&frame.cpu, CPU_SP_ARM64))
		return false;
	const uint64_t link = cpu_strip_arm64(frame.cpu.reg[CPU_LR_ARM64]);
	if (link != 0 && !code_is_possible(unwind->code, link))
		return false;
	*ret = (struct unwind_step){ .cpu = frame.cpu,
				     .slot = frame.slot,
				     .how = CRASH_HOW_UNWIND,
				     .is_end = link == 0,
				     .agreeing = 1 };
	ret->cpu.ip = link;
	cpu_forget(&ret->cpu, VOLATILE | UINT32_C(1) << CPU_LR_ARM64);
	return true;
}
