/*
 * kdbg.h - KDDEBUGGER_DATA64: where the kernel keeps what a debugger wants.
 *
 * The same 64-bit layout on every machine.  Pointers are sign-extended on
 * 32-bit ones; kdbg_pointer() gives them back as the machine writes them.
 */
#ifndef TARGET_KDBG_H
#define TARGET_KDBG_H

#include "indexer/target/target.h"

/* Offsets; a field past the copy's own size reads as absent. */
enum kdbg_field {
	KDBG_TAG = 0x10,
	KDBG_SIZE = 0x14,
	KDBG_LOADED_MODULES = 0x48,	  /* PsLoadedModuleList */
	KDBG_POOL_TRACK_TABLE = 0x1b8,	  /* address of a pointer */
	KDBG_PROCESSOR_BLOCK = 0x218,	  /* pointer[]: PRCBs */
	KDBG_UNLOADED_DRIVERS = 0x220,	  /* address of a pointer */
	KDBG_THREAD_KERNEL_STACK = 0x29c, /* u16, as all below */
	KDBG_THREAD_INITIAL_STACK = 0x29e,
	KDBG_THREAD_PROCESS = 0x2a0, /* OffsetKThreadApcProcess */
	KDBG_PROCESS_TABLE = 0x2ae,  /* DirectoryTableBase */
	KDBG_PRCB_THREAD = 0x2b4,
	KDBG_PRCB_STATE = 0x2bc,
	KDBG_PRCB_NUMBER = 0x2be,
	KDBG_SWIZZLE_HIGH = 0x2c2,     /* u8 */
	KDBG_PRCB_CONTEXT = 0x338,     /* u16: of a pointer to a CONTEXT */
	KDBG_STACK_BASE = 0x344,       /* u32 */
	KDBG_PRCB_IDLE_THREAD = 0x350, /* u16, as all below */
	KDBG_PRCB_DPC_STACK = 0x354,   /* u16: of a pointer to its end */
};

/* Find it: the triage copy, or through the header's address. */
void kdbg_examine(struct target *target);

bool kdbg_u8(const struct target *target, unsigned offset, uint8_t *ret);

/* A pointer of the dead machine; false when absent, zero or no kernel VA. */
bool kdbg_pointer(const struct target *target, unsigned offset, uint64_t *ret);

/* An offset into another structure; false when absent or zero. */
bool kdbg_offset(const struct target *target, unsigned offset, uint32_t *ret);

#endif
