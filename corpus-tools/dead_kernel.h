/*
 * dead_kernel.h - the kernel's own structures: processors, threads, processes,
 * lists of images, the debugger's data block.
 */
#ifndef CORPUS_TOOLS_DEAD_KERNEL_H
#define CORPUS_TOOLS_DEAD_KERNEL_H

#include "corpus-tools/dead.h"

/* Choose addresses; nothing is written yet. */
void dead_kernel_place(struct dead *dead);

/* Write them; registers and stacks must be known. */
void dead_kernel_write(struct dead *dead);

/* Where the debugger's data block keeps the address of a variable. */
#define DEAD_KERNEL_KDBG_BYTES 0x3a0

#endif
