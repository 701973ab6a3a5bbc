#include "indexer/target/oddities.h"

#include "indexer/target/bounds.h"
#include "indexer/target/space.h"
#include "indexer/target/start.h"
#include "signatures/meaning.h"

#define ACCESS_VIOLATION 0xc0000005u
#define CANONICAL_BITS 47 /* and all above it are alike */
#define NULL_PAGE_BYTES 0x1000u

enum {
	RECORD_BYTES = 0x98,
	STACK_ABOVE = 0x6000, /* a kernel stack of x64 */
	STACK_BELOW = 0x1000,
	HIGH_BIT_X64 = 32, /* pointers that differ below are neighbours */
	REGISTERS = 16
};

struct odd {
	struct target *target;
	struct unwind unwind;
	struct start start; /* of the fault, if has_start */
	bool has_start, has_registers;
	struct crash_number address; /* that was accessed */
	struct crash_number base;    /* the register it came from */
	struct crash_number ip;
};

static void flag(const struct odd *odd, const char *word)
{
	crash_flag(odd->target->crash, odd->target->arena, word);
}

/* Letters, digits and what stands between words and in file names. */
static bool is_wordy(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == ' ' || c == '.' || c == '_' ||
	       c == '-' || c == '\\' || c == '/' || c == ':';
}

static bool is_letter(unsigned c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool oddities_is_ascii(uint64_t value, unsigned pointer_bytes)
{
	unsigned count = 0;

	if (pointer_bytes == 4)
		value &= UINT32_MAX;
	for (; value != 0; value >>= 8, count++)
		if (!is_wordy(value & 0xff))
			return false;
	return count >= 4;
}

bool oddities_is_utf16(uint64_t value, unsigned pointer_bytes)
{
	unsigned count = 0;

	if (pointer_bytes == 4)
		value &= UINT32_MAX;
	for (; value != 0; value >>= 16, count++)
		if (!is_letter(value & 0xffff))
			return false;
	return count >= (pointer_bytes == 4 ? 2 : 3);
}

static bool is_access_violation(const struct crash *crash)
{
	return crash->exception.code.known &&
	       crash->exception.code.value == ACCESS_VIOLATION;
}

/*
 * EXCEPTION_RECORD:	   32	64
 *	u32 code	   0	 0
 *	u32 parameters	  10	18
 *	parameter 0, 1	  14	20	kind of access, address
 */
static struct crash_number address_of_record(struct bytes record,
					     unsigned width)
{
	struct bytes in = record;
	const uint32_t code = bytes_u32(&in);

	in = bytes_part(record, width == 8 ? 0x18 : 0x10, 8 + 2 * width);
	const uint32_t count = bytes_u32(&in);
	bytes_skip(&in, (width == 8 ? 4 : 0) + width);
	const uint64_t address = width == 8 ? bytes_u64(&in) : bytes_u32(&in);
	return in.failed || code != ACCESS_VIOLATION || count < 2
		       ? CRASH_UNKNOWN
		       : CRASH_NUMBER(address);
}

static struct crash_number address_of_memory(const struct target *target,
					     uint64_t va)
{
	uint8_t raw[RECORD_BYTES];
	const unsigned width = target->dump->pointer_bytes;
	const size_t size = width == 8 ? RECORD_BYTES : 0x50;

	if (!space_is_kernel(target, va) || !space_read(target, va, raw, size))
		return CRASH_UNKNOWN;
	return address_of_record(bytes_of(raw, size), width);
}

/* What the bugcheck or the exception says was accessed. */
static struct crash_number stated_address(const struct target *target)
{
	const struct crash *crash = target->crash;
	const struct crash_bugcheck *bugcheck = &crash->bugcheck;

	if (crash->image.kind == CRASH_USER_MINI)
		return address_of_record(target->dump->exception, 8);
	for (unsigned i = 0; i < 4 && bugcheck->code.known; i++) {
		const struct crash_number value = bugcheck->args[i];
		const enum role role = meaning_argument(bugcheck, i);
		struct crash_number address = CRASH_UNKNOWN;
		if (!value.known)
			continue;
		if (role == ROLE_BAD_ADDRESS && i == 0)
			address = value;
		if (role == ROLE_EXCEPTION_INFO && i == 3 &&
		    is_access_violation(crash))
			address = value;
		if (role == ROLE_EXCEPTION_RECORD)
			address = address_of_memory(target, value.value);
		if (address.known)
			return address;
	}
	return CRASH_UNKNOWN;
}

/*
 * The processor does not tell a non-canonical address: the exception says -1
 * then, and the registers of the faulting instruction tell the true one.
 */
static void compute_address(struct odd *odd)
{
	const struct disasm_insn *insn;

	if (!odd->has_registers ||
	    (!odd->address.known && !is_access_violation(odd->target->crash)))
		return;
	insn = disasm_at(odd->unwind.disasm, odd->start.cpu.ip);
	if (insn == NULL ||
	    (insn->kind != DISASM_LOAD && insn->kind != DISASM_STORE) ||
	    insn->base >= REGISTERS || !cpu_knows(&odd->start.cpu, insn->base))
		return;
	const uint64_t base = odd->start.cpu.reg[insn->base];
	uint64_t address = base + (uint64_t)insn->value;
	if (odd->target->dump->pointer_bytes == 4)
		address &= UINT32_MAX;
	if (odd->address.known && odd->address.value != UINT64_MAX &&
	    odd->address.value != address)
		return;
	odd->address = CRASH_NUMBER(address);
	odd->base = CRASH_NUMBER(base);
}

static void find_fault(struct odd *odd)
{
	struct target *target = odd->target;
	const bool is_user = target->crash->image.kind == CRASH_USER_MINI;

	unwind_x64_init(&odd->unwind, target);
	bounds_stopped(&odd->unwind);
	odd->address = stated_address(target);
	if (!is_user || !target->dump->exception.failed)
		odd->has_start = start_find(&odd->unwind, &odd->start) &&
				 odd->start.is_fault;
	odd->has_registers = odd->has_start && !odd->start.is_bare;
	if (odd->has_start)
		odd->ip = CRASH_NUMBER(odd->start.cpu.ip);
	compute_address(odd);
	/* a non-canonical address that nobody tells */
	if (odd->address.known && odd->address.value == UINT64_MAX)
		odd->address = CRASH_UNKNOWN;
}

static bool is_canonical(uint64_t va)
{
	const uint64_t top = va >> CANONICAL_BITS;

	return top == 0 || top == UINT64_MAX >> CANONICAL_BITS;
}

/* The processor's stack pointer, where the fault's registers are known. */
static bool stack_pointer(const struct odd *odd, uint64_t *ret)
{
	if (!odd->has_registers)
		return false;
	*ret = cpu_sp(&odd->start.cpu, odd->target->crash->machine.arch);
	return *ret != 0;
}

static void look_at_text(const struct odd *odd, struct crash_number pointer)
{
	const unsigned width = odd->target->dump->pointer_bytes;

	if (!pointer.known ||
	    crash_module_at(odd->target->crash, pointer.value) != NULL)
		return;
	if (oddities_is_ascii(pointer.value, width))
		flag(odd, "wild-pointer-ascii");
	if (oddities_is_utf16(pointer.value, width))
		flag(odd, "wild-pointer-utf16");
}

static void look_at_address(const struct odd *odd)
{
	const uint64_t address = odd->address.value;
	uint64_t sp;

	if (!odd->address.known)
		return;
	if (address < NULL_PAGE_BYTES)
		flag(odd, "null-page");
	if (stack_pointer(odd, &sp) && address - sp < STACK_ABOVE)
		flag(odd, "wild-pointer-stack");
}

/* Is value, but for one of its bits, what a return address would be? */
static bool is_one_bit_from_code(const struct odd *odd, uint64_t value)
{
	const unsigned bits = odd->target->dump->pointer_bytes * 8;
	unsigned found = 0;
	uint64_t goal;

	for (unsigned i = 0; i < bits; i++) {
		const uint64_t other = value ^ UINT64_C(1) << i;
		found += code_is_possible(odd->unwind.code, other) &&
			 disasm_at(odd->unwind.disasm, other) != NULL &&
			 disasm_call_before(odd->unwind.disasm, other, &goal) ==
				 DISASM_YES;
	}
	return found == 1;
}

static void look_at_ip(const struct odd *odd)
{
	const struct crash *crash = odd->target->crash;
	const uint64_t ip = odd->ip.value;
	const bool is_user = crash->image.kind == CRASH_USER_MINI;
	uint64_t sp;

	if (!odd->ip.known || crash->module_count == 0 ||
	    crash_module_at(crash, ip) != NULL)
		return;
	/* a kernel dump does not list the modules of processes */
	const bool is_executed = odd->address.known && odd->address.value == ip;
	if (!is_user && !is_executed && ip >= NULL_PAGE_BYTES &&
	    !space_is_kernel(odd->target, ip))
		return;
	flag(odd, "wild-ip");
	if (ip < NULL_PAGE_BYTES)
		flag(odd, "null-page");
	for (size_t i = 0; i < crash->unloaded_count; i++)
		if (ip >= crash->unloaded[i].base &&
		    ip - crash->unloaded[i].base < crash->unloaded[i].bytes)
			flag(odd, "ip-unloaded");
	if (stack_pointer(odd, &sp) &&
	    ip - sp + STACK_BELOW < STACK_ABOVE + STACK_BELOW)
		flag(odd, "wild-pointer-stack");
	if (is_one_bit_from_code(odd, ip))
		flag(odd, "one-bit-off");
}

/*
 * A kernel pointer with one wrong bit among those that must be alike, where the
 * right one makes sense: its memory is there, or a register is near.
 */
static bool is_one_bit_from_canonical(const struct odd *odd, uint64_t value)
{
	for (unsigned i = CANONICAL_BITS; i < 64; i++) {
		const uint64_t other = value ^ UINT64_C(1) << i;
		if (!is_canonical(other) ||
		    !space_is_kernel(odd->target, other))
			continue;
		struct bytes there = space_view(odd->target, other, 1);
		if (!there.failed)
			return true;
		for (unsigned k = 0; k < REGISTERS; k++)
			if (cpu_knows(&odd->start.cpu, k) &&
			    odd->start.cpu.reg[k] >> HIGH_BIT_X64 ==
				    other >> HIGH_BIT_X64)
				return true;
	}
	return false;
}

/* Another register holds the same but for one bit, too high for a neighbour. */
static bool is_one_bit_from_register(const struct odd *odd, uint64_t value)
{
	for (unsigned k = 0; k < REGISTERS; k++) {
		if (!cpu_knows(&odd->start.cpu, k))
			continue;
		const uint64_t other = odd->start.cpu.reg[k];
		const uint64_t differ = value ^ other;
		if (differ >> HIGH_BIT_X64 != 0 &&
		    (differ & (differ - 1)) == 0 &&
		    space_is_kernel(odd->target, other))
			return true;
	}
	return false;
}

static void look_at_bits(const struct odd *odd)
{
	const uint64_t pointer =
		odd->base.known ? odd->base.value : odd->address.value;

	if (odd->target->crash->machine.arch != CRASH_X64 ||
	    !odd->has_registers || !odd->address.known)
		return;
	if (is_canonical(pointer) ? is_one_bit_from_register(odd, pointer)
				  : is_one_bit_from_canonical(odd, pointer))
		flag(odd, "one-bit-off");
}

static bool is_single_bit(uint64_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* What the system itself says of single bits. */
static void look_at_arguments(const struct odd *odd)
{
	const struct crash_bugcheck *bugcheck = &odd->target->crash->bugcheck;
	const struct crash_number *args = bugcheck->args;

	if (!bugcheck->code.known)
		return;
	if (bugcheck->code.value == 0x1a && args[0].known &&
	    args[0].value == 0x41792 && args[2].known &&
	    is_single_bit(args[2].value))
		flag(odd, "single-bit-pte");
	if (bugcheck->code.value == 0xc1 && args[3].known &&
	    args[3].value == 0x32)
		flag(odd, "single-bit-memory");
}

void oddities_examine(struct target *target)
{
	struct odd *odd = arena_take(target->arena, 1, sizeof(*odd));

	odd->target = target;
	look_at_arguments(odd);
	if (!target->dump->is_text) {
		find_fault(odd);
	} else {
		odd->unwind.code = code_create(target);
		odd->unwind.disasm = disasm_create(target, odd->unwind.code);
		odd->address = stated_address(target);
		uint64_t ip;
		if (start_argument_ip(target->crash, &ip))
			odd->ip = CRASH_NUMBER(ip);
	}
	look_at_text(odd, odd->address);
	look_at_text(odd, odd->base);
	look_at_text(odd, odd->ip);
	look_at_address(odd);
	look_at_ip(odd);
	look_at_bits(odd);
}
