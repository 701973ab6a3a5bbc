/*
 * chain.h - where no unwinder knows the caller: which of the stack's words is
 * the next true return address?
 *
 * Every word that could be a return address is a candidate.  Decoding on from
 * a candidate leads to the slot of its own caller, or nowhere.  True frames
 * land on true frames; a chance word or a leftover of an earlier call seldom
 * lands on a candidate, or lands where a true frame already stands.  So the
 * candidate that starts the best chain is taken, and the landing of a doubtful
 * one is preferred to the doubtful one itself.
 */
#ifndef TARGET_CHAIN_H
#define TARGET_CHAIN_H

#include "indexer/target/trail.h"

struct chain_slot {
	uint64_t slot;
	uint64_t ip;
	uint64_t goal;	  /* callee of a direct call before ip; 0 = unknown */
	uint32_t landing; /* index of the slot decoding led to */
	uint32_t links;	  /* how many frames follow from here, linked */
	bool is_call;	  /* a call does stand before ip */
	bool has_landing;
	bool is_entry; /* nobody called: a trap frame lies above, or the end of
			  a stack that was switched to */
	enum crash_how how;
};

struct chain {
	struct unwind *unwind;
	struct chain_slot *slots; /* in the order of the stack */
	size_t count;
};

/* All candidates in [from, unwind->high).  Lives in the target's arena. */
struct chain *chain_create(struct unwind *unwind, uint64_t from);

/*
 * The most believable caller of the frame `from`, whose slot lies at least
 * floor bytes above its stack pointer, and which trail does not speak against;
 * false when none is believable.
 */
bool chain_next(const struct chain *chain, const struct cpu *from,
		uint64_t floor, const struct trail *trail,
		struct unwind_step *ret);

#endif
