/*
 * mark.h - known issues beside crashes and groups of them, in every table.
 *
 * A group is marked with one issue: with the one that is back in spite of its
 * fix, else with the one that most of its crashes belong to.  What people see
 * is one column, and only where the store has a list; programs get a key of
 * each fact in JSON always, in CSV where the store has a list.
 */
#ifndef QUERY_MARK_H
#define QUERY_MARK_H

#include "query/group.h"
#include "query/known.h"
#include "query/query.h"

struct marks {
	struct known known;
	uint16_t *issues; /* by row, 0 = none, else a place in known + 1;
			     NULL where there is no list */
	uint32_t row_count;
};

/* The list beside the store; the caller ends ret with mark_close(). */
enum status mark_open(struct query *query, struct marks *ret,
		      struct error *err) MUST_CHECK;
void mark_close(struct marks *marks);

struct mark {
	const struct known_issue *issue; /* NULL = none */
	uint64_t crashes;		 /* that belong to it ... */
	uint64_t regressed;		 /* ... and have its fix */
	uint64_t of;			 /* crashes of the group */
};

/* The rows of plan that belong to an issue at all; the caller ends them. */
struct plan mark_known(struct store *store, const struct marks *marks,
		       const struct plan *plan);

struct mark mark_of_row(const struct marks *marks, uint32_t row);
struct mark mark_of_rows(const struct marks *marks, const uint32_t *rows,
			 size_t count);
struct mark mark_of_plan(const struct marks *marks, const struct plan *plan);
/*
 * Of each row of the group, in its order; in arena.  A field without an index
 * has none, and NULL it is where the store has no list.
 */
enum status mark_of_group(struct query *query, const struct marks *marks,
			  const struct field *field, const struct plan *plan,
			  const struct group *group, struct mark **ret,
			  struct error *err) MUST_CHECK;

/* "NET-42 drops its lock (17 of 23)"; NULL for none; lives in arena. */
const char *mark_text(struct arena *arena, const struct mark *mark);
/* title, ticket, regressed; null for none. */
struct json *mark_json(const struct mark *mark);
/* Of all that a table is about: a line for people, "known" for programs. */
void mark_note(struct arena *arena, const struct mark *mark,
	       struct table *table);

#define MARK_COLUMNS 5

void mark_columns(const struct marks *marks,
		  struct table_column ret[MARK_COLUMNS]);
void mark_cells(struct arena *arena, const struct mark *mark,
		struct table_cell ret[MARK_COLUMNS]);

#endif
