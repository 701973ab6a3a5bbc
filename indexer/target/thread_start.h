/*
 * thread_start.h - the routine that a system thread began with.
 *
 * x64: a new thread finds a KSTART_FRAME at its stack pointer (ReactOS,
 * ndk/amd64/ketypes.h): +0 the start context, +8 the start routine, +10 the
 * system routine.  The kernel calls the last of these, so that its return
 * address stands in the slot below, the first of the thread.  What is called
 * keeps registers in the first two words; the third stays.
 */
#ifndef TARGET_THREAD_START_H
#define TARGET_THREAD_START_H

#include "indexer/target/chain.h"

struct thread_start {
	uint64_t slot;	  /* where the routine's address stands */
	uint64_t routine; /* its first instruction */
};

/*
 * False unless the last candidate is a thread's first, and one below returns
 * into the routine.
 */
bool thread_start_find(const struct chain *chain, struct thread_start *ret);

#endif
