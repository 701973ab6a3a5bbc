/*
 * dead_code.h - machine code that makes a stack true.
 *
 * For each return address a small function: take the frame, call, give the
 * frame back, return.  What was written first stays: a second function in the
 * same place is left out, and its frame will have to be guessed by a reader.
 */
#ifndef CORPUS_TOOLS_DEAD_CODE_H
#define CORPUS_TOOLS_DEAD_CODE_H

#include "corpus-tools/dead.h"

/*
 * A function that called callee (0: through a register) and goes on at ra; its
 * frame is frame bytes.  id makes functions differ.  Returns where it starts.
 */
uint64_t dead_code_call(struct dead *dead, uint64_t ra, uint32_t frame,
			uint64_t callee, uint64_t id);

/* A function that was stopped at ip, on a read through the first register. */
uint64_t dead_code_stop(struct dead *dead, uint64_t ip, uint32_t frame,
			uint64_t id);

/* A trap handler that called callee; frame bytes on is the machine frame. */
uint64_t dead_code_trap(struct dead *dead, uint64_t ra, uint32_t frame,
			uint64_t callee);

/* Headers and unwind data of every image. */
void dead_code_images(struct dead *dead);

#endif
