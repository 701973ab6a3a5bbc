/*
 * asked.h - the crashes that a counting command is about.
 *
 * Those that pass the filter words, without snapshots of running machines and
 * images made by tools: these are no crashes, and are counted apart unless a
 * filter or --all-kinds asks for them.
 */
#ifndef QUERY_ASKED_H
#define QUERY_ASKED_H

#include "query/query.h"

struct asked {
	struct plan plan;
	uint64_t live; /* snapshots that pass and were left out ... */
	uint64_t tool_made;
};

/* From the operands of query; the caller ends ret with asked_deinit(). */
enum status asked_make(struct query *query, struct asked *ret,
		       struct error *err) MUST_CHECK;
void asked_deinit(struct asked *asked);

/* Say what was left out: a line for people, "not_counted" for programs. */
void asked_note(const struct asked *asked, struct table *table);

#endif
