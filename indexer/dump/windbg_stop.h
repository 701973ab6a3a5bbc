/*
 * windbg_stop.h - a bugcheck as a debugger prints it.
 *
 *	BugCheck 1000007E, {c0000005, 80537009, f88e5b54, f88e5850}
 *	NAME_OF_THE_STOP_CODE (19)		and below it Arg1: to Arg4:
 *	Bugcheck code 000000C1			and below it Arguments a b c d
 *	BUGCHECK_CODE:  d1			and below it BUGCHECK_P1: to P4:
 *	*** Fatal System Error: 0x000000d1	and below it
 *(0x..,0x..,0x..,0x..)
 *
 * Published logs lose lines: a list of arguments without its title is a
 * bugcheck too, its code to be found by windbg_stop_guess().  What !analyze
 * -show explains has not happened to anybody and is none.
 */
#ifndef DUMP_WINDBG_STOP_H
#define DUMP_WINDBG_STOP_H

#include "indexer/dump/windbg_text.h"
#include "signatures/crash.h"

struct windbg_stop {
	struct crash_number code; /* as printed: the minidump bit is in it */
	struct crash_number args[4];
	bool is_wide; /* printed by a 64-bit debugger session, for certain */
};

/*
 * Does a bugcheck begin at this line?  The number of lines it takes, 0 if none
 * does.
 */
size_t windbg_stop_read(const struct windbg_text *text, size_t line,
			struct windbg_stop *ret);

/* Lines to pass over here because they explain a bugcheck nobody had. */
size_t windbg_stop_example(const struct windbg_text *text, size_t line);

/* Could both be of one crash?  Unknown parts contradict nothing. */
bool windbg_stop_agree(const struct windbg_stop *a,
		       const struct windbg_stop *b);

/* Fill what into lacks from more, which agrees with it. */
void windbg_stop_merge(struct windbg_stop *into,
		       const struct windbg_stop *more);

/*
 * The code of a stop printed without one, from what lines [first, end) say
 * about it in words, nearest to its line first; unknown when nothing does.
 */
struct crash_number windbg_stop_guess(const struct windbg_text *text,
				      size_t first, size_t line, size_t end);

#endif
