/*
 * plan.h - which rows of the store pass the filter words.
 *
 * A set of rows is a bit per row: at ten million crashes 1.2 MB.  Tests are
 * answered from the least that will do: dictionaries say which terms are
 * accepted, columns are scanned against them, posting lists are joined, and
 * only what no index answers (a source by glob) is asked of the records of the
 * rows that are still left.
 */
#ifndef QUERY_PLAN_H
#define QUERY_PLAN_H

#include "query/where.h"
#include "signatures/store/store_read.h"

struct plan {
	uint32_t row_count; /* of the store */
	uint64_t *bits;	    /* 64 rows a word, the last one padded with 0 */
	uint64_t matched;
};

/* Rows that pass all tests; the caller ends ret with plan_deinit(). */
enum status plan_make(struct store *store, const struct where *where,
		      struct plan *ret, struct error *err) MUST_CHECK;
void plan_deinit(struct plan *plan);

/* Every row of the store, or none; the caller ends them likewise. */
struct plan plan_all(struct store *store);
struct plan plan_none(struct store *store);
/* Every one of so many things. */
struct plan plan_full(uint32_t count);

/* Leaves matched as it is. */
void plan_add(struct plan *plan, uint32_t row);
void plan_take_out(struct plan *plan, uint32_t row);
void plan_join(struct plan *plan, const struct plan *other);
/* Rows of plan that are (or are not) in other. */
void plan_keep(struct plan *plan, const struct plan *other);
void plan_leave_out(struct plan *plan, const struct plan *other);

/*
 * The rows that are no crashes: snapshots of running machines, images made by
 * a tool.  See crash_is_crash().
 */
enum status plan_snapshots(struct store *store, struct plan *live,
			   struct plan *tool_made,
			   struct error *err) MUST_CHECK;

/* Rising rows; take returns false to stop. */
void plan_walk(const struct plan *plan,
	       bool (*take)(void *closure, uint32_t row), void *closure);

/* Every value of the field, from the record: sources of all files too. */
void plan_values(const struct field *field, const struct store_crash *crash,
		 field_take *take, void *closure);

#endif
