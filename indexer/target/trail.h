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
 * directory.  Each function is in the table once, where it was first met;
 * those that have no entry are not.
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
	size_t passed;	     /* how many of them a walk has met */
	uint64_t last_ip;    /* return address into the one it came to last */
	uint64_t last_frame; /* and where that one's frame begins */
};

/*
 * The trail of an exception at ip, from what lies on the stack between
 * unwind->low and unwind->high.  ret->count is 0 where there is none.
 */
void trail_find(struct unwind *unwind, uint64_t ip, struct trail *ret);

enum trail_answer {
	TRAIL_SILENT,	/* it does not reach so far */
	TRAIL_AGAINST,	/* no function that it passed so far is at ip */
	TRAIL_POSSIBLE, /* one that it passed already, or of the next module */
	TRAIL_NEXT	/* the next one, by its bounds */
};

/* What it says of the next frame of a walk being at ip. */
enum trail_answer trail_ask(const struct trail *trail, uint64_t ip);

/* The next frame is at ip. */
void trail_pass(struct trail *trail, uint64_t ip);

#endif
