/*
 * regs.h - the registers of one processor, and how Windows writes them down.
 */
#ifndef CORPUS_TOOLS_REGS_H
#define CORPUS_TOOLS_REGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus-tools/layout.h"

#define REGS_MOST 33
#define REGS_CONTEXT_BYTES 0x4d0
#define REGS_TRAP_BYTES 0x190

/*
 * x86 and x64: the order of the instruction encoding, then the instruction
 * pointer at 16.  ARM64: x0..x28, fp, lr, sp, pc.
 */
struct regs {
	uint64_t value[REGS_MOST];
};

/* The place of a register by name ("rax", "eip", "x19", "lr"), or -1. */
int regs_find(enum layout_arch arch, const char *name);

uint64_t *regs_ip(enum layout_arch arch, struct regs *regs);
uint64_t *regs_sp(enum layout_arch arch, struct regs *regs);
uint64_t *regs_fp(enum layout_arch arch, struct regs *regs);

/* A CONTEXT; layout_map()'s context_size bytes of it are used. */
void regs_context(enum layout_arch arch, const struct regs *regs,
		  uint32_t flags, uint8_t to[REGS_CONTEXT_BYTES]);

/* The flag word of a full kernel context of the machine, with low bits. */
uint32_t regs_flags(enum layout_arch arch, uint32_t low);

/* What a trap leaves on the stack. */
struct regs_trap {
	uint64_t address; /* CR2 */
	uint64_t error;
	bool user; /* interrupted user mode */
};

/* A KTRAP_FRAME; layout_map()'s trap_size bytes.  None for ARM64. */
void regs_trap_frame(enum layout_arch arch, const struct regs *regs,
		     const struct regs_trap *trap, uint8_t to[REGS_TRAP_BYTES]);

#endif
