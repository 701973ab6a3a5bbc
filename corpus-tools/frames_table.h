/*
 * frames_table.h - a table of crashes known by text: one row a crash.
 *
 * Tab separated, first line "#id<tab>..." naming the columns.  Used are id, ts
 * (seconds since 1970), bugcheck (or crash_type), build, project, and the
 * column whose name starts with "frames": frames top first, split by
 * semicolons, each "module!function+hexoffset", "module+hexoffset" or
 * "function" (then its module is the project).  A "~" in front marks an inlined
 * function, which public symbols would not show: left out.  Titles and labels
 * are not read: they are what a clusterer is judged by.
 */
#ifndef TOOLS_FRAMES_TABLE_H
#define TOOLS_FRAMES_TABLE_H

#include "signatures/base/arena.h"
#include "signatures/base/error.h"
#include "signatures/record.h"

enum {
	FRAMES_TABLE_COLUMNS = 32
};

/* Which column holds what; -1 = none. */
struct frames_table {
	int id, time, bugcheck, build, project, frames;
};

/* STATUS_CORRUPT when the line names no id or no frames; line is cut up. */
enum status frames_table_head(char *line, struct frames_table *ret,
			      struct error *err) MUST_CHECK;

/* One crash of a line, which is cut up; ret borrows arena. */
enum status frames_table_row(const struct frames_table *table, char *line,
			     struct arena *arena, struct record_file *ret,
			     struct error *err) MUST_CHECK;

#endif
