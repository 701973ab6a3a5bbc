#include "indexer/target/fingerprint.h"

#include "indexer/target/space.h"
#include "signatures/base/hash.h"
#include "signatures/base/limits.h"

enum {
	FORWARD = 12, /* instructions from a fault on: a block or two */
	LEAST = 4     /* fewer say too little */
};

static uint64_t add(uint64_t hash, const struct disasm_insn *insn)
{
	/* the register that holds the stack stays; all others may change */
	return hash_mix(hash, insn->shape);
}

static uint64_t of_function(struct unwind *unwind, uint64_t begin, uint64_t end)
{
	uint64_t hash = 1;
	unsigned steps = 0;

	for (uint64_t ip = begin; ip < end; steps++) {
		const struct disasm_insn *insn = disasm_at(unwind->disasm, ip);
		if (insn == NULL || steps == LIMIT_DECODE_STEPS)
			return 0;
		hash = add(hash, insn);
		ip += insn->size;
	}
	return steps < LEAST ? 0 : hash;
}

/* Straight on from the fault, no further than its page: that much is saved. */
static uint64_t of_path(struct unwind *unwind, uint64_t ip)
{
	const uint64_t page = ip / SPACE_PAGE_BYTES;
	uint64_t hash = 2;
	unsigned steps = 0;

	while (steps < FORWARD && (ip + 15) / SPACE_PAGE_BYTES == page) {
		const struct disasm_insn *insn = disasm_at(unwind->disasm, ip);
		if (insn == NULL)
			return 0;
		hash = add(hash, insn);
		steps++;
		if (insn->kind == DISASM_RETURN || insn->kind == DISASM_STOP ||
		    insn->kind == DISASM_JUMP)
			break;
		ip += insn->size;
	}
	return steps == 0 ? 0 : hash;
}

uint64_t fingerprint_at(struct unwind *unwind, uint64_t ip, bool is_fault)
{
	uint64_t begin, end;

	if (is_fault)
		return of_path(unwind, ip);
	if (unwind_x64_function(unwind, ip, &begin, &end))
		return of_function(unwind, begin, end);
	return 0;
}
