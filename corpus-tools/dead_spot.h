/*
 * dead_spot.h - where the parts of one stack item are.
 */
#ifndef CORPUS_TOOLS_DEAD_SPOT_H
#define CORPUS_TOOLS_DEAD_SPOT_H

#include "corpus-tools/dead.h"

/*
 * One item on a stack that grows down, lowest address first:
 *
 *     x64      slot: return address | home, words, CONTEXT | trap frame |
 * locals x86      slot: return address | arguments, words | [ebp] saved frame
 *     ARM64    slot: x29, x30 | words
 *
 * next is where the following item begins.  In a trap, `resumed` is the stack
 * pointer of the code that was interrupted.
 */
struct dead_spot {
	uint64_t slot, words, context, exception, trap, resumed, next;
	uint64_t back;	/* second return address of a raise; 0 = none */
	uint64_t link;	/* x86: the frame pointer of the function returned to */
	uint32_t frame; /* bytes between slot and the next */
	uint32_t stop;	/* bytes of the interrupted function's frame */
};

/*
 * An item at address at; with home, the bug check's own arguments lie in its
 * first words.
 */
void dead_spot_measure(const struct dead *dead, const struct machine_item *item,
		       bool home, uint64_t at, struct dead_spot *spot);

/* What makes the function of a location differ from others. */
uint64_t dead_spot_id(const char *location, const struct machine_words *words);

/* The next multiple of step. */
uint64_t dead_spot_up(uint64_t value, uint64_t step);

#endif
