#include "indexer/target/cpu.h"

#include <string.h>

#include "indexer/target/space.h"

/*
 * CONTEXT, where the fields of interest lie (Windows SDK, winnt.h):
 *
 *          x86             x64              ARM64
 *   flags  0x000 u32       0x030 u32        0x000 u32
 *   gpr    0x09c edi esi   0x078 rax rcx    0x008 x0 .. x28
 *          ebx edx ecx eax rdx rbx rsp rbp  0x0f0 fp  0x0f8 lr
 *          0x0b4 ebp       rsi rdi r8..r15  0x100 sp
 *   ip     0x0b8           0x0f8            0x108
 *   sp     0x0c4
 *   other  0x0bc cs        0x034 mxcsr,
 *          0x0c8 ss        again at 0x118
 *                          0x038 cs 0x042 ss
 */
enum {
	X86_FLAGS = 0x00010000,
	X64_FLAGS = 0x00100000,
	ARM64_FLAGS = 0x00400000,
	ARCH_FLAGS = 0x00ff0000,
	X86_BYTES = 0xcc,
	X64_BYTES = 0x11c,
	ARM64_BYTES = 0x110,
	SIGN_BIT = 55, /* kernel or user half, whatever the signature */
	VIRTUAL_BITS = 48
};

/* Number of the stack pointer on this architecture. */
static unsigned stack_register(enum crash_arch arch)
{
	return arch == CRASH_ARM64 ? CPU_SP_ARM64 : CPU_SP;
}

uint64_t cpu_sp(const struct cpu *cpu, enum crash_arch arch)
{
	return cpu->reg[stack_register(arch)];
}

void cpu_set(struct cpu *cpu, unsigned number, uint64_t value)
{
	cpu->reg[number] = value;
	cpu->known |= UINT32_C(1) << number;
}

void cpu_forget(struct cpu *cpu, uint32_t registers)
{
	cpu->known &= ~registers;
}

bool cpu_knows(const struct cpu *cpu, unsigned number)
{
	return cpu->known >> number & 1;
}

uint64_t cpu_strip_arm64(uint64_t pointer)
{
	const uint64_t upper = UINT64_MAX << VIRTUAL_BITS;

	return pointer >> SIGN_BIT & 1 ? pointer | upper : pointer & ~upper;
}

static bool is_selector(unsigned selector, const uint8_t *allowed, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (selector == allowed[i])
			return true;
	return false;
}

static bool read_x86(struct bytes in, struct cpu *ret)
{
	static const uint8_t order[] = { 7, 6, 3, 2, 1, 0 };
	static const uint8_t code_selectors[] = { 0x08, 0x1b, 0x23 };
	struct bytes part = bytes_part(in, 0, X86_BYTES);
	struct cpu cpu = { 0 };

	if ((bytes_u32(&part) & ARCH_FLAGS) != X86_FLAGS)
		return false;
	part = bytes_part(in, 0x9c, X86_BYTES - 0x9c);
	for (size_t i = 0; i < sizeof(order); i++)
		cpu_set(&cpu, order[i], bytes_u32(&part));
	cpu_set(&cpu, CPU_BP, bytes_u32(&part));
	cpu.ip = bytes_u32(&part);
	const unsigned cs = bytes_u32(&part) & 0xffff;
	bytes_skip(&part, 4);
	cpu_set(&cpu, CPU_SP, bytes_u32(&part));
	if (part.failed || cpu.reg[CPU_SP] == 0 ||
	    !is_selector(cs, code_selectors, sizeof(code_selectors)))
		return false;
	*ret = cpu;
	return true;
}

static bool read_x64(struct bytes in, struct cpu *ret)
{
	static const uint8_t code_selectors[] = { 0x10, 0x33, 0x23 };
	static const uint8_t stack_selectors[] = { 0x18, 0x2b, 0 };
	struct bytes part = bytes_part(in, 0x30, X64_BYTES - 0x30);
	struct cpu cpu = { 0 };

	if ((bytes_u32(&part) & ARCH_FLAGS) != X64_FLAGS)
		return false;
	bytes_skip(&part, 4);
	const unsigned cs = bytes_u16(&part);
	bytes_skip(&part, 8);
	const unsigned ss = bytes_u16(&part);
	part = bytes_part(in, 0x78, 17 * 8);
	for (unsigned i = 0; i < 16; i++)
		cpu_set(&cpu, i, bytes_u64(&part));
	cpu.ip = bytes_u64(&part);
	if (part.failed || cpu.reg[CPU_SP] == 0 ||
	    !is_selector(cs, code_selectors, sizeof(code_selectors)) ||
	    !is_selector(ss, stack_selectors, sizeof(stack_selectors)))
		return false;
	*ret = cpu;
	return true;
}

static bool read_arm64(struct bytes in, struct cpu *ret)
{
	struct bytes part = bytes_part(in, 0, ARM64_BYTES);
	struct cpu cpu = { 0 };

	if ((bytes_u32(&part) & ARCH_FLAGS) != ARM64_FLAGS)
		return false;
	bytes_skip(&part, 4);
	for (unsigned i = 0; i < CPU_REGISTERS; i++)
		cpu_set(&cpu, i, bytes_u64(&part));
	cpu.ip = bytes_u64(&part);
	if (part.failed || cpu.reg[CPU_SP_ARM64] == 0)
		return false;
	*ret = cpu;
	return true;
}

bool cpu_from_context(enum crash_arch arch, struct bytes context,
		      struct cpu *ret)
{
	switch (arch) {
	case CRASH_X86:
		return read_x86(context, ret);
	case CRASH_X64:
		return read_x64(context, ret);
	case CRASH_ARM64:
		return read_arm64(context, ret);
	case CRASH_ARCH_UNKNOWN:
	case CRASH_ARCHS:
		break;
	}
	return false;
}

/* A record the processor state was saved to whole holds MxCsr twice. */
static bool is_whole_x64(const uint8_t *raw)
{
	return memcmp(raw + 0x34, raw + 0x118, 4) == 0;
}

bool cpu_from_context_at(const struct target *target, uint64_t va,
			 struct cpu *ret)
{
	uint8_t copy[X64_BYTES];
	const enum crash_arch arch = target->crash->machine.arch;
	const size_t size = arch == CRASH_X86	? X86_BYTES
			    : arch == CRASH_X64 ? X64_BYTES
						: ARM64_BYTES;

	if (va == 0 || !space_read(target, va, copy, size))
		return false;
	if (arch == CRASH_X64 && !is_whole_x64(copy))
		return false;
	return cpu_from_context(arch, bytes_of(copy, size), ret);
}
