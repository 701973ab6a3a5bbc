/*
 * windbg_split.h - where one crash ends in a log and the next begins.
 *
 * A new dump begins where the debugger says that it loads one, where the time
 * of the session changes, and where another bugcheck is printed; in a page of
 * several articles, at a line that is nothing but a date.  What lies between
 * two crashes goes to the later one: it is what introduces it.
 */
#ifndef DUMP_WINDBG_SPLIT_H
#define DUMP_WINDBG_SPLIT_H

#include "indexer/dump/windbg_stop.h"
#include "indexer/dump/windbg_text.h"

/* Lines [first, end) that tell of one crash. */
struct windbg_part {
	size_t first;
	size_t end;
	bool has_stop;
	size_t stop_line; /* where the bugcheck is printed first */
	struct windbg_stop stop;
};

/* How many parts there are; ret gets at most max of them. */
size_t windbg_split(const struct windbg_text *text, struct windbg_part ret[],
		    size_t max);

#endif
