#include "indexer/target/disasm.h"

#include <capstone/capstone.h>
#include <string.h>

#include "indexer/target/space.h"
#include "signatures/base/limits.h"

enum {
	INSN_BYTES = 16,    /* room for the longest instruction, 15 */
	WINDOW_BYTES = 4096 /* looked up at once */
};

/* A growing table of decoded instructions by address, open addressing. */
struct disasm {
	const struct target *target;
	struct code *code;
	struct disasm_insn **slot;
	size_t slot_count; /* a power of two */
	size_t used;
	uint64_t window_va;
	struct bytes window;
	csh handle;
	cs_insn *scratch;
	unsigned pointer_bytes;
};

/* Opening capstone costs more than a small dump: once per process and mode. */
static struct {
	csh handle;
	cs_insn *scratch;
	bool is_open;
} engines[2];

static bool engine_open(struct disasm *disasm)
{
	const bool is_wide = disasm->pointer_bytes == 8;

	if (!engines[is_wide].is_open) {
		if (cs_open(CS_ARCH_X86, is_wide ? CS_MODE_64 : CS_MODE_32,
			    &engines[is_wide].handle) != CS_ERR_OK)
			return false;
		cs_option(engines[is_wide].handle, CS_OPT_DETAIL, CS_OPT_ON);
		engines[is_wide].scratch = cs_malloc(engines[is_wide].handle);
		engines[is_wide].is_open = true;
	}
	disasm->handle = engines[is_wide].handle;
	disasm->scratch = engines[is_wide].scratch;
	return disasm->scratch != NULL;
}

struct disasm *disasm_create(const struct target *target, struct code *code)
{
	struct disasm *disasm = arena_take(target->arena, 1, sizeof(*disasm));

	disasm->target = target;
	disasm->code = code;
	disasm->slot_count = 1024;
	disasm->slot = arena_take(target->arena, disasm->slot_count,
				  sizeof(struct disasm_insn *));
	disasm->window = bytes_absent();
	disasm->pointer_bytes =
		target->crash->machine.arch == CRASH_X86 ? 4 : 8;
	if (target->crash->machine.arch == CRASH_ARM64 || !engine_open(disasm))
		disasm->scratch = NULL;
	return disasm;
}

/* What is present at va, at most INSN_BYTES; copy is for what straddles. */
static struct bytes fetch(struct disasm *disasm, uint64_t va,
			  uint8_t copy[INSN_BYTES])
{
	struct bytes in = disasm->window;
	uint64_t offset = va - disasm->window_va;

	if (in.failed || offset >= bytes_left(&in)) {
		in = code_view(disasm->code, va, WINDOW_BYTES);
		disasm->window = in;
		disasm->window_va = va;
		offset = 0;
	}
	bytes_skip(&in, offset);
	if (in.failed || bytes_left(&in) >= INSN_BYTES)
		return in;
	size_t have = bytes_left(&in);
	bytes_copy(&in, copy, have);
	while (have < INSN_BYTES) {
		struct bytes more =
			code_view(disasm->code, va + have, INSN_BYTES - have);
		const size_t count = bytes_left(&more);
		if (more.failed || count == 0)
			break;
		bytes_copy(&more, copy + have, count);
		have += count;
	}
	return bytes_of(copy, have);
}

/* The number of a general register in any of its widths, or DISASM_NONE. */
static uint8_t number_of(x86_reg reg)
{
	static const struct {
		uint16_t wide, half, word, low, high;
	} name[16] = {
		{ X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL,
		  X86_REG_AH },
		{ X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL,
		  X86_REG_CH },
		{ X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL,
		  X86_REG_DH },
		{ X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL,
		  X86_REG_BH },
		{ X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL, 0 },
		{ X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL, 0 },
		{ X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL, 0 },
		{ X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL, 0 },
		{ X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B, 0 },
		{ X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B, 0 },
		{ X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B, 0 },
		{ X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B, 0 },
		{ X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B, 0 },
		{ X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B, 0 },
		{ X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B, 0 },
		{ X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B, 0 },
	};
	static uint8_t number[X86_REG_ENDING];
	static bool is_filled;

	if (!is_filled) {
		memset(number, DISASM_NONE, sizeof(number));
		for (uint8_t i = 0; i < 16; i++) {
			number[name[i].wide] = number[name[i].half] = i;
			number[name[i].word] = number[name[i].low] = i;
			number[name[i].high] = i;
		}
		number[0] = DISASM_NONE;
		is_filled = true;
	}
	return (unsigned)reg < X86_REG_ENDING ? number[reg] : DISASM_NONE;
}

static uint32_t mask_of(x86_reg reg)
{
	const uint8_t number = number_of(reg);

	return number == DISASM_NONE ? 0 : UINT32_C(1) << number;
}

/* Mnemonic, then for each operand its kind and width. */
static uint32_t shape_of(const cs_insn *insn)
{
	const cs_x86 *x86 = &insn->detail->x86;
	uint32_t shape = insn->id;

	for (unsigned i = 0; i < x86->op_count; i++) {
		const cs_x86_op *op = &x86->operands[i];
		shape = shape * 31 + (uint32_t)op->type * 67 + op->size;
	}
	return shape;
}

static uint32_t writes_of(const cs_insn *insn)
{
	const cs_detail *detail = insn->detail;
	uint32_t writes = 0;

	for (unsigned i = 0; i < detail->x86.op_count; i++) {
		const cs_x86_op *op = &detail->x86.operands[i];
		if (op->type == X86_OP_REG && op->access != CS_AC_READ)
			writes |= mask_of(op->reg);
	}
	for (unsigned i = 0; i < detail->regs_write_count; i++)
		writes |= mask_of(detail->regs_write[i]);
	return writes;
}

/* [base + value] and nothing else? */
static bool is_plain(const cs_x86_op *op)
{
	return op->type == X86_OP_MEM && op->mem.segment == X86_REG_INVALID &&
	       op->mem.index == X86_REG_INVALID &&
	       number_of(op->mem.base) != DISASM_NONE;
}

static void translate_move(const cs_x86 *x86, unsigned width,
			   struct disasm_insn *ret)
{
	const cs_x86_op *to = &x86->operands[0];
	const cs_x86_op *from = &x86->operands[1];

	if (is_plain(to)) {
		ret->kind = DISASM_STORE;
		ret->base = number_of(to->mem.base);
		ret->value = to->mem.disp;
		return;
	}
	if (to->type != X86_OP_REG || number_of(to->reg) == DISASM_NONE)
		return;
	ret->reg = number_of(to->reg);
	if (from->type == X86_OP_IMM && to->size >= 4) {
		ret->kind = DISASM_SET;
		ret->value = from->imm;
	} else if (to->size != width) {
		return;
	} else if (from->type == X86_OP_REG &&
		   number_of(from->reg) != DISASM_NONE) {
		ret->kind = DISASM_ADDRESS;
		ret->base = number_of(from->reg);
	} else if (is_plain(from)) {
		ret->kind = DISASM_LOAD;
		ret->base = number_of(from->mem.base);
		ret->value = from->mem.disp;
	}
}

static void translate_arithmetic(const cs_insn *insn, unsigned width,
				 struct disasm_insn *ret)
{
	const cs_x86_op *op = insn->detail->x86.operands;

	if (insn->id == X86_INS_LEA) {
		if (op[0].size != width || !is_plain(&op[1]))
			return;
		ret->kind = DISASM_ADDRESS;
		ret->base = number_of(op[1].mem.base);
		ret->value = op[1].mem.disp;
	} else {
		if (op[0].type != X86_OP_REG || op[0].size != width ||
		    op[1].type != X86_OP_IMM)
			return;
		ret->kind = DISASM_ADD;
		ret->value = insn->id == X86_INS_ADD ? op[1].imm : -op[1].imm;
	}
	ret->reg = number_of(op[0].reg);
	if (ret->reg == DISASM_NONE)
		ret->kind = DISASM_OTHER;
}

/* A register against itself: it becomes 0. */
static void translate_zero(const cs_x86 *x86, struct disasm_insn *ret)
{
	const cs_x86_op *op = x86->operands;

	if (op[0].type != X86_OP_REG || op[1].type != X86_OP_REG ||
	    op[0].reg != op[1].reg || op[0].size < 4 ||
	    number_of(op[0].reg) == DISASM_NONE)
		return;
	ret->kind = DISASM_SET;
	ret->reg = number_of(op[0].reg);
}

static bool is_branch(const cs_detail *detail)
{
	for (unsigned i = 0; i < detail->groups_count; i++)
		if (detail->groups[i] == X86_GRP_JUMP)
			return true;
	return false;
}

/* Instructions that go elsewhere; false when insn is none of them. */
static bool translate_flow(const cs_insn *insn, struct disasm_insn *ret)
{
	const cs_x86 *x86 = &insn->detail->x86;
	const bool is_direct =
		x86->op_count == 1 && x86->operands[0].type == X86_OP_IMM;

	switch (insn->id) {
	case X86_INS_RET:
		ret->kind = DISASM_RETURN;
		ret->value = is_direct ? x86->operands[0].imm : 0;
		return true;
	case X86_INS_CALL:
		ret->kind = DISASM_CALL;
		break;
	case X86_INS_JMP:
		ret->kind = DISASM_JUMP;
		break;
	case X86_INS_INT3:
	case X86_INS_INT:
	case X86_INS_UD2:
	case X86_INS_HLT:
	case X86_INS_RETF:
	case X86_INS_RETFQ:
	case X86_INS_IRET:
	case X86_INS_IRETD:
	case X86_INS_IRETQ:
	case X86_INS_SYSRET:
	case X86_INS_SYSEXIT:
	case X86_INS_LJMP:
	case X86_INS_LCALL:
		ret->kind = DISASM_STOP;
		return true;
	default:
		if (!is_branch(insn->detail))
			return false;
		ret->kind = DISASM_BRANCH;
		break;
	}
	ret->goal = is_direct ? (uint64_t)x86->operands[0].imm : 0;
	return true;
}

static void translate(const cs_insn *insn, unsigned width,
		      struct disasm_insn *ret)
{
	const cs_x86 *x86 = &insn->detail->x86;

	*ret = (struct disasm_insn){ .address = insn->address,
				     .size = (uint8_t)insn->size,
				     .reg = DISASM_NONE,
				     .base = DISASM_NONE,
				     .shape = shape_of(insn) };
	if (translate_flow(insn, ret))
		return;
	ret->writes = writes_of(insn);
	switch (insn->id) {
	case X86_INS_PUSH:
	case X86_INS_POP:
		ret->kind = insn->id == X86_INS_PUSH ? DISASM_PUSH : DISASM_POP;
		if (x86->operands[0].type == X86_OP_REG)
			ret->reg = number_of(x86->operands[0].reg);
		break;
	case X86_INS_PUSHFQ:
	case X86_INS_PUSHFD:
		ret->kind = DISASM_PUSH;
		break;
	case X86_INS_POPFQ:
	case X86_INS_POPFD:
		ret->kind = DISASM_POP;
		break;
	case X86_INS_LEAVE:
		ret->kind = DISASM_LEAVE;
		break;
	case X86_INS_ADD:
	case X86_INS_SUB:
	case X86_INS_LEA:
		translate_arithmetic(insn, width, ret);
		break;
	case X86_INS_MOV:
		translate_move(x86, width, ret);
		break;
	case X86_INS_XOR:
		translate_zero(x86, ret);
		break;
	default:
		if (x86->op_count > 0 && is_plain(&x86->operands[0]) &&
		    x86->operands[0].access != CS_AC_READ && !ret->writes) {
			ret->kind = DISASM_STORE;
			ret->base = number_of(x86->operands[0].mem.base);
			ret->value = x86->operands[0].mem.disp;
		}
		break;
	}
}

static struct disasm_insn **slot_of(const struct disasm *disasm, uint64_t va)
{
	size_t i = (size_t)((va * UINT64_C(0x9e3779b97f4a7c15)) >> 32);

	for (;; i++) {
		struct disasm_insn **slot =
			&disasm->slot[i & (disasm->slot_count - 1)];
		if (*slot == NULL || (*slot)->address == va)
			return slot;
	}
}

static void grow(struct disasm *disasm)
{
	struct disasm_insn **old = disasm->slot;
	const size_t old_count = disasm->slot_count;

	disasm->slot_count *= 4;
	disasm->slot = arena_take(disasm->target->arena, disasm->slot_count,
				  sizeof(struct disasm_insn *));
	for (size_t i = 0; i < old_count; i++)
		if (old[i] != NULL)
			*slot_of(disasm, old[i]->address) = old[i];
}

/* An instruction of size 0 remembers that there is none. */
const struct disasm_insn *disasm_at(struct disasm *disasm, uint64_t va)
{
	uint8_t copy[INSN_BYTES];

	if (disasm->scratch == NULL)
		return NULL;
	struct disasm_insn **slot = slot_of(disasm, va);
	if (*slot == NULL) {
		if (disasm->used * 2 >= disasm->slot_count) {
			grow(disasm);
			slot = slot_of(disasm, va);
		}
		struct disasm_insn *insn =
			arena_take(disasm->target->arena, 1, sizeof(*insn));
		struct bytes in = fetch(disasm, va, copy);
		size_t left = in.failed ? 0 : bytes_left(&in);
		const uint8_t *code = in.next;
		uint64_t address = va;
		insn->address = va;
		if (left > 0 && cs_disasm_iter(disasm->handle, &code, &left,
					       &address, disasm->scratch))
			translate(disasm->scratch, disasm->pointer_bytes, insn);
		*slot = insn;
		disasm->used++;
	}
	return (*slot)->size == 0 ? NULL : *slot;
}

/* Lengths of the encodings of call, most frequent first. */
enum disasm_answer disasm_call_before(struct disasm *disasm, uint64_t va,
				      uint64_t *goal)
{
	static const uint8_t lengths[] = { 5, 6, 3, 2, 7, 4, 8 };
	uint8_t before[8];
	size_t have = sizeof(before);

	*goal = 0;
	while (have > 0 && !space_read(disasm->target, va - have, before, have))
		have--;
	for (size_t i = 0; i < sizeof(lengths); i++) {
		const unsigned length = lengths[i];
		if (length > have)
			continue;
		const uint8_t *code = before + have - length;
		if (*code != 0xe8 && *code != 0xff && (*code & 0xf0) != 0x40 &&
		    *code != 0x2e)
			continue;
		const struct disasm_insn *insn = disasm_at(disasm, va - length);
		if (insn != NULL && insn->size == length &&
		    insn->kind == DISASM_CALL) {
			*goal = insn->goal;
			return DISASM_YES;
		}
	}
	return have >= 7 ? DISASM_NO : DISASM_UNSEEN;
}
