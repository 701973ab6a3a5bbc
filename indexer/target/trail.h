/*
 * trail.h - x64: the functions that the dead machine's own unwinder went
 * through.
 *
 * Before an exception stops the machine it is offered to the functions on the
 * stack, innermost first, and the dispatcher leaves behind where it stood and
 * which functions it had passed.  That is exact and needs no code; it is there
 * even where the stack that the exception happened on is not in the dump.
 *
 * Layouts, from the Windows SDK's winnt.h, and seen in real dumps:
 *
 *   DISPATCHER_CONTEXT    u64 ControlPc, ImageBase, FunctionEntry,
 *                         EstablisherFrame, TargetIp, ContextRecord,
 *                         LanguageHandler, HandlerData, HistoryTable
 *   UNWIND_HISTORY_TABLE  u32 Count, u8[4], u64 LowAddress, HighAddress: of
 *                         all functions in it; then up to 12 times u64
 *                         ImageBase, u64 FunctionEntry
 *
 * A FunctionEntry is the address of a RUNTIME_FUNCTION in a module's exception
 * directory, which is sorted.  Each function is in the table once, where it was
 * first met; those that have no entry, leaves, are not.
 */
#ifndef TARGET_TRAIL_H
#define TARGET_TRAIL_H

#include "indexer/target/unwind.h"
#include "signatures/base/limits.h"

struct trail_function {
	const struct crash_module *module;
	uint32_t entry;	     /* of its RUNTIME_FUNCTION, from the base */
	uint32_t begin, end; /* likewise; both 0: not in the dump */
};

struct trail {
	struct trail_function functions[LIMIT_TRAIL]; /* innermost first */
	size_t count;	     /* 0: no exception was dispatched */
	uint64_t low, high;  /* all their code */
	bool has_last;	     /* the last of them is where it stood: */
	uint64_t last_ip;    /* return address into the one it came to last */
	uint64_t last_frame; /* and where that one's frame begins */

	/* Of a walk along it: */
	bool is_leaf;  /* the exception happened in one that is not here */
	size_t passed; /* how many of them it has met */
	uint64_t slots[LIMIT_TRAIL]; /* of return addresses; 0: not known */
	uint64_t ips[LIMIT_TRAIL];   /* and what stands there */
	bool is_sure[LIMIT_TRAIL];   /* no other word could be that one */
};

/*
 * The trail of an exception at ip, from what lies on the stack between
 * unwind->low and unwind->high.  ret->count is 0 where there is none.  One with
 * is_leaf may be another exception's, until align.h found its slots.
 */
void trail_find(struct unwind *unwind, uint64_t ip, struct trail *ret);

/* Is ip in the function; unless its bounds are known, could it be? */
bool trail_holds(const struct trail_function *function, uint64_t ip);

/*
 * Is a return address into a function that a walk has met, which may have been
 * called again?  Without bounds, is it the same one?
 */
bool trail_repeats(const struct trail *trail, uint64_t ip);

enum trail_answer {
	TRAIL_SILENT,	/* it does not reach so far */
	TRAIL_AGAINST,	/* no function that it passed so far is at ip */
	TRAIL_POSSIBLE, /* one that it passed already, or of the next module */
	TRAIL_LIKELY,	/* the next one, as far as words can tell */
	TRAIL_NEXT	/* the next one */
};

/* What it says of the next frame of a walk being at ip, returning at slot. */
enum trail_answer trail_ask(const struct trail *trail, uint64_t slot,
			    uint64_t ip);

/* The next frame is at ip, and returns at slot; 0 for the first one. */
void trail_pass(struct trail *trail, uint64_t slot, uint64_t ip);

#endif
