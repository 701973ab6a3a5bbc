/*
 * push_lines.h - crashes as a line of find shows them, from columns of
 * a ClickHouse server: their records, which are fifty times as much, stay
 * there.
 */
#ifndef QUERY_PUSH_LINES_H
#define QUERY_PUSH_LINES_H

#include "signatures/clickhouse/remote.h"

/* What remote_ask() has to ask for. */
extern const char push_lines_columns[];

/* An answer, and of crashes with many files which one they are shown by. */
struct push_lines {
	struct http_answer answer;
	size_t count;
	struct bytes left; /* lines not taken yet */
	struct arena arena;
	const char **sources; /* in the order of lines */
	size_t next_source;
};

/*
 * Takes the answer over, also where it fails; the caller ends ret with
 * push_lines_end().
 */
enum status push_lines_begin(struct store *store, struct http_answer answer,
			     struct push_lines *ret,
			     struct error *err) MUST_CHECK;
void push_lines_end(struct push_lines *lines);

/*
 * The next line, of which there is one: a crash that has identity, time, code,
 * fault and the file it is shown by, and nothing else.  Lives in arena.
 */
const struct remote_crash *push_lines_next(struct push_lines *lines,
					   struct arena *arena);

#endif
