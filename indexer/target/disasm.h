/*
 * disasm.h - what one instruction does to the stack: the door to capstone.
 *
 * An unwinder needs little of an instruction: does it move the stack pointer,
 * restore a register, leave the function.  Everything else is a set of
 * registers it writes.  Decoded instructions are kept per address, so that
 * many walks over the same code pay once.
 *
 * Only x86 and x64 are decoded; ARM64 needs no decoding to be walked.
 */
#ifndef TARGET_DISASM_H
#define TARGET_DISASM_H

#include "indexer/target/code.h"
#include "indexer/target/target.h"

enum disasm_kind {
	DISASM_OTHER,
	DISASM_RETURN,	/* value: bytes of arguments it drops */
	DISASM_STOP,	/* int3, ud2, hlt, iret: nothing follows */
	DISASM_JUMP,	/* goal; 0 = through a register or memory */
	DISASM_BRANCH,	/* goal, or the next instruction */
	DISASM_CALL,	/* goal; 0 = through a register or memory */
	DISASM_PUSH,	/* reg, or DISASM_NONE */
	DISASM_POP,	/* reg, or DISASM_NONE */
	DISASM_ADD,	/* reg += value */
	DISASM_ADDRESS, /* reg = base + value: mov and lea */
	DISASM_LOAD,	/* reg = [base + value] */
	DISASM_STORE,	/* [base + value] = something */
	DISASM_SET,	/* reg = value */
	DISASM_LEAVE,
	DISASM_KINDS
};

#define DISASM_NONE 0xff

struct disasm_insn {
	uint64_t address;
	uint64_t goal;
	int64_t value;
	uint32_t writes; /* registers, by number; not those of POP, ADD ... */
	uint32_t shape;	 /* mnemonic and kinds of operands, no numbers */
	uint8_t size;
	uint8_t kind;
	uint8_t reg;
	uint8_t base;
};

struct disasm; /* decoded code of one target */

/* Borrows code, lives in target->arena. */
struct disasm *disasm_create(const struct target *target, struct code *code);

/*
 * The instruction at va, or NULL where its bytes are absent or are none.
 * Borrows disasm until the next arena_reset.
 */
const struct disasm_insn *disasm_at(struct disasm *disasm, uint64_t va);

enum disasm_answer {
	DISASM_NO,
	DISASM_YES,
	DISASM_UNSEEN
};

/*
 * Does a call end right before va?  DISASM_UNSEEN when the bytes are not
 * there.  *goal becomes the callee of a direct call, 0 otherwise.
 */
enum disasm_answer disasm_call_before(struct disasm *disasm, uint64_t va,
				      uint64_t *goal);

#endif
