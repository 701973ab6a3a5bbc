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
	uint64_t suspects; /* machines left out, with --without-suspects ... */
	uint64_t of_suspects; /* ... and their crashes that pass */
};

/* Options of every counting command; a command puts the rows in its table. */
struct asked_options {
	bool without_suspects;
	bool intervals;
	uint64_t fleet; /* machines, 0 = not known */
};

extern struct asked_options asked_options;

#define ASKED_WITHOUT_SUSPECTS                                                 \
	{                                                                      \
		"without-suspects", 0, CLI_FLAG,                               \
			&asked_options.without_suspects, NULL,                 \
			"leave out machines whose hardware is in doubt"        \
	}

#define ASKED_OPTIONS                                                          \
	ASKED_WITHOUT_SUSPECTS,                                                \
		{ "intervals", 0,                                              \
		  CLI_FLAG,    &asked_options.intervals,                       \
		  NULL,	       "how sure shares and rates are, at 95 %" },     \
	{                                                                      \
		"fleet", 0, CLI_NUMBER, &asked_options.fleet, "N",             \
			"machines of the fleet: rates per machine-day"         \
	}

/* From the operands of query; the caller ends ret with asked_deinit(). */
enum status asked_make(struct query *query, struct asked *ret,
		       struct error *err) MUST_CHECK;
/* Without any filter words. */
enum status asked_all(struct query *query, struct asked *ret,
		      struct error *err) MUST_CHECK;
void asked_deinit(struct asked *asked);

/* Are snapshots, or images made by tools, left out of these words' crashes? */
void asked_leaves_out(const struct query *query, const struct where *where,
		      bool *live, bool *tool_made);

/* Say what was left out: a line for people, "not_counted" for programs. */
void asked_note(const struct asked *asked, struct table *table);

#endif
