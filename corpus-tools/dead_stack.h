/*
 * dead_stack.h - the stacks of the processors, with all that lies on them.
 *
 * Each return address gets a function whose code leads from one frame to the
 * next, so that a reader who decodes, unwinds or follows frame pointers finds
 * exactly the described stack.
 */
#ifndef CORPUS_TOOLS_DEAD_STACK_H
#define CORPUS_TOOLS_DEAD_STACK_H

#include "corpus-tools/dead.h"

/* Decide where everything on the stacks is; fills the names @context etc. */
enum status dead_stack_place(struct dead *dead, struct error *err) MUST_CHECK;

/* Write it, the code that explains it, and the processors' registers. */
enum status dead_stack_write(struct dead *dead, struct error *err) MUST_CHECK;

#endif
