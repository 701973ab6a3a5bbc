#include "corpus-tools/regs.h"

#include <string.h>

#include "corpus-tools/little.h"
#include "signatures/base/text.h"

/* Where CONTEXT and KTRAP_FRAME keep the registers of the encoding's order. */
static const struct {
	const char *x86, *x64;
	uint16_t context_x86, context_x64;
	uint16_t trap_x86, trap_x64; /* 0: not kept */
} general[] = {
	{ "eax", "rax", 0xb0, 0x78, 0x44, 0x30 },
	{ "ecx", "rcx", 0xac, 0x80, 0x40, 0x38 },
	{ "edx", "rdx", 0xa8, 0x88, 0x3c, 0x40 },
	{ "ebx", "rbx", 0xa4, 0x90, 0x5c, 0x140 },
	{ "esp", "rsp", 0xc4, 0x98, 0, 0x180 },
	{ "ebp", "rbp", 0xb4, 0xa0, 0x60, 0x158 },
	{ "esi", "rsi", 0xa0, 0xa8, 0x58, 0x150 },
	{ "edi", "rdi", 0x9c, 0xb0, 0x54, 0x148 },
	{ NULL, "r8", 0, 0xb8, 0, 0x48 },
	{ NULL, "r9", 0, 0xc0, 0, 0x50 },
	{ NULL, "r10", 0, 0xc8, 0, 0x58 },
	{ NULL, "r11", 0, 0xd0, 0, 0x60 },
	{ NULL, "r12", 0, 0xd8, 0, 0 },
	{ NULL, "r13", 0, 0xe0, 0, 0 },
	{ NULL, "r14", 0, 0xe8, 0, 0 },
	{ NULL, "r15", 0, 0xf0, 0, 0 },
	{ "eip", "rip", 0xb8, 0xf8, 0x68, 0x168 },
};
#define GENERAL (sizeof(general) / sizeof(general[0]))

enum {
	STACK = 4,
	FRAME = 5,
	POINTER = 16,
	ARM_FRAME = 29,
	ARM_LINK = 30,
	ARM_STACK = 31,
	ARM_POINTER = 32,
};

static int find_arm64(const char *name)
{
	static const char *const named[] = { "fp", "lr", "sp", "pc" };
	uint64_t number;

	for (int i = 0; i < 4; i++)
		if (!strcmp(name, named[i]))
			return ARM_FRAME + i;
	if (name[0] != 'x' || !text_parse_u64(name + 1, &number) || number > 30)
		return -1;
	return (int)number;
}

int regs_find(enum layout_arch arch, const char *name)
{
	const enum layout_arch family = layout_family(arch);

	if (family == LAYOUT_ARM64)
		return find_arm64(name);
	for (size_t i = 0; i < GENERAL; i++) {
		const char *known =
			family == LAYOUT_X86 ? general[i].x86 : general[i].x64;

		if (known && !strcmp(known, name))
			return (int)i;
	}
	return -1;
}

uint64_t *regs_ip(enum layout_arch arch, struct regs *regs)
{
	return &regs->value[arch == LAYOUT_ARM64 ? ARM_POINTER : POINTER];
}

uint64_t *regs_sp(enum layout_arch arch, struct regs *regs)
{
	return &regs->value[arch == LAYOUT_ARM64 ? ARM_STACK : STACK];
}

uint64_t *regs_fp(enum layout_arch arch, struct regs *regs)
{
	return &regs->value[arch == LAYOUT_ARM64 ? ARM_FRAME : FRAME];
}

uint32_t regs_flags(enum layout_arch arch, uint32_t low)
{
	switch (layout_family(arch)) {
	case LAYOUT_X86:
		return 0x10000 | (low & 0x3f);
	case LAYOUT_ARM64:
		return 0x400000 | (low & 0xf);
	default:
		return 0x100000 | low;
	}
}

static void context_x86(const struct regs *regs, uint32_t flags, uint8_t *to)
{
	little_put(to, flags, 4);
	for (size_t i = 0; i < GENERAL; i++)
		if (general[i].x86)
			little_put(to + general[i].context_x86, regs->value[i],
				   4);
	little_put(to + 0x90, 0x30, 4); /* fs */
	little_put(to + 0x94, 0x23, 4); /* es */
	little_put(to + 0x98, 0x23, 4); /* ds */
	little_put(to + 0xbc, 0x8, 4);	/* cs */
	little_put(to + 0xc0, 0x246, 4);
	little_put(to + 0xc8, 0x10, 4); /* ss */
}

static void context_x64(const struct regs *regs, uint32_t flags, uint8_t *to)
{
	little_put(to + 0x30, flags, 4);
	little_put(to + 0x34, 0x1f80, 4);
	little_put(to + 0x38, 0x10, 2); /* cs */
	little_put(to + 0x3a, 0x2b, 2); /* ds */
	little_put(to + 0x3c, 0x2b, 2); /* es */
	little_put(to + 0x3e, 0x53, 2); /* fs */
	little_put(to + 0x40, 0x2b, 2); /* gs */
	little_put(to + 0x42, 0x18, 2); /* ss */
	little_put(to + 0x44, 0x40246, 4);
	for (size_t i = 0; i < GENERAL; i++)
		little_put(to + general[i].context_x64, regs->value[i], 8);
	little_put(to + 0x118, 0x1f80, 4);
}

static void context_arm64(const struct regs *regs, uint32_t flags, uint8_t *to)
{
	little_put(to, flags, 4);
	little_put(to + 4, 0x600000c4, 4);
	for (size_t i = 0; i < REGS_MOST; i++)
		little_put(to + 8 + 8 * i, regs->value[i], 8);
}

void regs_context(enum layout_arch arch, const struct regs *regs,
		  uint32_t flags, uint8_t to[REGS_CONTEXT_BYTES])
{
	memset(to, 0, REGS_CONTEXT_BYTES);
	switch (layout_family(arch)) {
	case LAYOUT_X86:
		context_x86(regs, flags, to);
		break;
	case LAYOUT_ARM64:
		context_arm64(regs, flags, to);
		break;
	default:
		context_x64(regs, flags, to);
		break;
	}
}

static void trap_x86(const struct regs *regs, const struct regs_trap *trap,
		     uint8_t *to)
{
	for (size_t i = 0; i < GENERAL; i++)
		if (general[i].trap_x86)
			little_put(to + general[i].trap_x86, regs->value[i], 4);
	little_put(to + 0x00, regs->value[FRAME], 4);	/* DbgEbp */
	little_put(to + 0x04, regs->value[POINTER], 4); /* DbgEip */
	little_put(to + 0x08, 0xbadb0d00, 4);
	little_put(to + 0x34, 0x23, 4);
	little_put(to + 0x38, 0x23, 4);
	little_put(to + 0x4c, 0xffffffff, 4);
	little_put(to + 0x50, 0x30, 4);
	little_put(to + 0x64, trap->error, 4);
	little_put(to + 0x6c, trap->user ? 0x1b : 0x8, 4);
	little_put(to + 0x70, 0x10246, 4);
	if (trap->user) {
		little_put(to + 0x74, regs->value[STACK], 4);
		little_put(to + 0x78, 0x23, 4);
	}
}

static void trap_x64(const struct regs *regs, const struct regs_trap *trap,
		     uint8_t *to)
{
	for (size_t i = 0; i < GENERAL; i++)
		if (general[i].trap_x64)
			little_put(to + general[i].trap_x64, regs->value[i], 8);
	little_put(to + 0x28, trap->user, 1); /* PreviousMode */
	little_put(to + 0x2a, 1, 1);
	little_put(to + 0x2b, 1, 1);
	little_put(to + 0x2c, 0x1f80, 4);
	little_put(to + 0xd0, trap->address, 8);
	little_put(to + 0x160, trap->error, 8);
	little_put(to + 0x170, trap->user ? 0x33 : 0x10, 2);
	little_put(to + 0x178, 0x50246, 4);
	little_put(to + 0x188, trap->user ? 0x2b : 0x18, 2);
}

void regs_trap_frame(enum layout_arch arch, const struct regs *regs,
		     const struct regs_trap *trap, uint8_t to[REGS_TRAP_BYTES])
{
	memset(to, 0, REGS_TRAP_BYTES);
	if (layout_family(arch) == LAYOUT_X86)
		trap_x86(regs, trap, to);
	else if (layout_family(arch) == LAYOUT_X64)
		trap_x64(regs, trap, to);
}
