#include "indexer/target/trap.h"

#include "indexer/target/hypercall.h"
#include "indexer/target/space.h"

/*
 * KTRAP_FRAME (types in Microsoft's public symbols), the fields of interest:
 *
 *   x64, 0x190 bytes               x86, 0x8c bytes
 *   030 rax rcx rdx r8..r11        054 edi esi ebx ebp
 *   0d0 fault address (cr2)        064 error code
 *   158 rbp                        068 eip  06c cs  070 eflags
 *   160 error code  168 rip        074 esp  078 ss (from user mode only;
 *   170 cs  178 eflags                 esp at the trap is frame + 0x74
 *   180 rsp  188 ss                    otherwise)
 *
 * The processor aligns rsp to 16 before it pushes, so a kernel-mode frame ends
 * where the interrupted stack began.
 *
 * ARM64, from the record of x29 and pc (the order as in ReactOS's ketypes.h;
 * the places, and that x29 points there in a handler, seen on real stacks):
 *
 *   -b0 spsr, esr  -a8 sp  -a0 x0..x18  -08 x30  +00 x29  +08 pc
 *
 * What follows is registers of debugging and vectors: the interrupted stack
 * begins 220h to 230h bytes above the record.
 */
enum {
	X64_BYTES = 0x190,
	X64_CS = 0x170,
	X64_SP = 0x180,
	X86_BYTES = 0x8c,
	ARGUMENT_BYTES = 0x80, /* of system calls: at most 0x70 seen */
	RECORD_FROM = 0xb0,    /* of the ARM64 frame, before its record */
	RECORD_TO = 0x10,
	RECORD_ABOVE = 0x400, /* the interrupted stack begins so near */
	MODE_BITS = 0x1f,     /* of spsr: 0 user, 4 and 5 kernel */
	FLAGS_ALWAYS = 2,     /* bit 1 of eflags reads as 1 */
	FLAGS_ABOVE = 0x400000
};

static bool has_x64_mode(unsigned cs, uint32_t flags)
{
	if ((flags & FLAGS_ALWAYS) == 0 || flags >= FLAGS_ABOVE)
		return false;
	return (cs & 3) == 3 ? cs == 0x33 || cs == 0x23 : cs == 0x10;
}

static bool read_x64(const uint8_t *raw, uint64_t va, struct trap *ret)
{
	static const uint8_t order[] = { 0, 1, 2, 8, 9, 10, 11 };
	const struct bytes all = bytes_of(raw, X64_BYTES);
	struct bytes part = bytes_part(all, 0x30, 7 * 8);
	struct trap trap = { 0 };

	for (size_t i = 0; i < sizeof(order); i++)
		cpu_set(&trap.cpu, order[i], bytes_u64(&part));
	part = bytes_part(all, 0xd0, 8);
	trap.fault_address = bytes_u64(&part);
	part = bytes_part(all, 0x158, X64_BYTES - 0x158);
	cpu_set(&trap.cpu, CPU_BP, bytes_u64(&part));
	bytes_skip(&part, 8); /* the error code */
	trap.cpu.ip = bytes_u64(&part);
	const unsigned cs = bytes_u16(&part);
	bytes_skip(&part, 6);
	const uint32_t flags = bytes_u32(&part);
	bytes_skip(&part, 4);
	const uint64_t sp = bytes_u64(&part);
	const unsigned ss = bytes_u16(&part);
	cpu_set(&trap.cpu, CPU_SP, sp);
	trap.is_user = (cs & 3) == 3;
	if (!has_x64_mode(cs, flags) ||
	    (trap.is_user ? ss != 0x2b : ss != 0x18 && ss != 0))
		return false;
	if (!trap.is_user && va + X64_BYTES != (sp & ~UINT64_C(15)))
		return false;
	*ret = trap;
	return true;
}

static bool read_x86(const uint8_t *raw, uint64_t va, struct trap *ret)
{
	static const uint8_t order[] = { 7, 6, 3, 5 };
	const struct bytes all = bytes_of(raw, X86_BYTES);
	struct bytes part = bytes_part(all, 0x50, X86_BYTES - 0x50);
	struct trap trap = { 0 };

	const unsigned fs = bytes_u32(&part) & 0xffff;
	for (size_t i = 0; i < sizeof(order); i++)
		cpu_set(&trap.cpu, order[i], bytes_u32(&part));
	bytes_skip(&part, 4); /* the error code */
	trap.cpu.ip = bytes_u32(&part);
	const unsigned cs = bytes_u32(&part) & 0xffff;
	const uint32_t flags = bytes_u32(&part);
	const uint32_t sp = bytes_u32(&part);
	const unsigned ss = bytes_u32(&part) & 0xffff;
	if ((flags & FLAGS_ALWAYS) == 0 || flags >= FLAGS_ABOVE)
		return false;
	trap.is_user = (cs & 3) == 3;
	if (trap.is_user ? cs != 0x1b || ss != 0x23
			 : cs != 0x08 || (fs != 0x30 && fs != 0))
		return false;
	cpu_set(&trap.cpu, CPU_SP, trap.is_user ? sp : va + 0x74);
	*ret = trap;
	return true;
}

/*
 * Small dumps keep 256 bytes from what rbp pointed at, which in handlers is 80h
 * into the frame: all but its last two words.  In kernel mode it is known what
 * they are; ss stays the zero that a read which failed leaves.
 */
static bool fetch_x64(const struct target *target, uint64_t va,
		      uint8_t raw[X64_BYTES])
{
	if (space_read(target, va, raw, X64_BYTES))
		return true;
	if (!space_read(target, va, raw, X64_SP))
		return false;
	for (unsigned i = 0; i < 8; i++)
		raw[X64_SP + i] = (uint8_t)((va + X64_BYTES) >> 8 * i);
	return true;
}

/* Whole stacks are looked through, and most of them is no frame by this. */
static bool may_be_x64(const struct target *target, uint64_t va)
{
	uint8_t raw[X64_SP - X64_CS];

	if (!space_read(target, va + X64_CS, raw, sizeof(raw)))
		return false;

	struct bytes in = bytes_of(raw, sizeof(raw));
	const unsigned cs = bytes_u16(&in);

	bytes_skip(&in, 6);
	return has_x64_mode(cs, bytes_u32(&in));
}

bool trap_at(const struct target *target, struct code *code, uint64_t va,
	     struct trap *ret)
{
	uint8_t raw[X64_BYTES];
	struct trap trap;

	switch (target->crash->machine.arch) {
	case CRASH_X64:
		if (va % 16 != 0 || !may_be_x64(target, va) ||
		    !fetch_x64(target, va, raw) || !read_x64(raw, va, &trap))
			return false;
		break;
	case CRASH_X86:
		if (va % 4 != 0 || !space_read(target, va, raw, X86_BYTES) ||
		    !read_x86(raw, va, &trap))
			return false;
		break;
	default:
		return false;
	}
	trap.va = va;
	/*
	 * Outside of all modules a jump through a bad pointer faults, and a
	 * guest waits for its hypervisor.
	 */
	if (!trap.is_user && !code_is_possible(code, trap.cpu.ip) &&
	    trap.cpu.ip != trap.fault_address &&
	    hypercall_before(target, trap.cpu.ip) == NULL)
		return false;
	*ret = trap;
	return true;
}

/* Where processes may have anything; signatures are in the bits above. */
static bool is_user_va(uint64_t va)
{
	return va >= 0x10000 && va >> 47 == 0;
}

bool trap_at_record(const struct target *target, struct code *code,
		    uint64_t record, struct trap *ret)
{
	uint8_t raw[RECORD_FROM + RECORD_TO];
	struct trap trap = { .va = record };

	if (target->crash->machine.arch != CRASH_ARM64 || record % 16 != 0 ||
	    record < RECORD_FROM ||
	    !space_read(target, record - RECORD_FROM, raw, sizeof(raw)))
		return false;
	struct bytes in = bytes_of(raw, sizeof(raw));
	const unsigned mode = bytes_u32(&in) & MODE_BITS;
	bytes_skip(&in, 4);
	const uint64_t sp = bytes_u64(&in);
	cpu_set(&trap.cpu, CPU_SP_ARM64, sp);
	for (unsigned i = 0; i <= 18; i++)
		cpu_set(&trap.cpu, i, bytes_u64(&in));
	cpu_set(&trap.cpu, CPU_LR_ARM64, bytes_u64(&in));
	cpu_set(&trap.cpu, CPU_FP_ARM64, bytes_u64(&in));
	trap.cpu.ip = bytes_u64(&in);
	trap.is_user = mode == 0;
	if (trap.is_user) {
		if (!is_user_va(trap.cpu.ip) || !is_user_va(sp) || sp % 16 != 0)
			return false;
	} else if ((mode != 4 && mode != 5) || sp % 16 != 0 || sp <= record ||
		   sp - record > RECORD_ABOVE ||
		   !code_is_possible(code, trap.cpu.ip)) {
		return false;
	}
	*ret = trap;
	return true;
}

bool trap_above(const struct target *target, struct code *code, uint64_t sp,
		struct trap *ret)
{
	struct trap trap;

	if (target->crash->machine.arch != CRASH_X64)
		return false;
	for (uint64_t at = 0; at <= ARGUMENT_BYTES; at += 16) {
		if (!trap_at(target, code, sp + at, &trap) ||
		    (at > 0 && !trap.is_user))
			continue;
		*ret = trap;
		return true;
	}
	return false;
}

static bool find_record(const struct target *target, struct code *code,
			uint64_t from, uint64_t to, uint64_t ip,
			struct trap *ret)
{
	struct trap trap;

	for (uint64_t at = (from + 15) & ~UINT64_C(15); ip != 0 && at < to;
	     at += 16) {
		if (!trap_at_record(target, code, at, &trap) ||
		    trap.cpu.ip != ip)
			continue;
		*ret = trap;
		return true;
	}
	return false;
}

bool trap_find(const struct target *target, struct code *code, uint64_t from,
	       uint64_t to, uint64_t ip, uint64_t address, struct trap *ret)
{
	const bool is_wide = target->dump->pointer_bytes == 8;
	const unsigned stride = is_wide ? 16 : 4;
	const unsigned ip_at = is_wide ? 0x168 : 0x68;
	uint64_t word;

	if (target->crash->machine.arch == CRASH_ARM64)
		return find_record(target, code, from, to, ip, ret);
	for (uint64_t va = (from + stride - 1) / stride * stride; va < to;
	     va += stride) {
		struct trap trap;
		if (ip != 0 &&
		    (!space_pointer(target, va + ip_at, &word) || word != ip))
			continue;
		if (!trap_at(target, code, va, &trap))
			continue;
		if (ip == 0 && trap.fault_address != address)
			continue;
		*ret = trap;
		return true;
	}
	return false;
}
