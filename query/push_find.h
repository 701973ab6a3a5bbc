/*
 * push_find.h - the crashes that pass, the newest first, found by a ClickHouse
 * server.
 */
#ifndef QUERY_PUSH_FIND_H
#define QUERY_PUSH_FIND_H

#include "query/push.h"
#include "query/push_lines.h"

/* So many whole crashes are a page. */
#define PUSH_FIND_CRASHES 4096

struct push_find {
	struct store *store;
	const char *condition; /* NULL: all */
	bool in_lines;	       /* of crashes what a line shows, no more */
	uint64_t left;	       /* to be asked for still */
	uint64_t offset;
	uint64_t matched;
	/* behind these the next page begins */
	bool has_begun;
	uint64_t time;
	bool has_time;
	struct hash128 id;
	/* the page at hand */
	struct push_lines lines;
	struct arena arena;
	struct remote_crash *crashes;
	size_t count;
	size_t at;
};

/*
 * Of a where that push_can_all(); limit 0: all of them.  ret borrows arena; the
 * caller ends it with push_find_end().
 */
enum status push_find_begin(struct store *store, const struct where *where,
			    bool in_lines, uint64_t offset, uint64_t limit,
			    struct arena *arena, struct push_find *ret,
			    struct error *err) MUST_CHECK;
void push_find_end(struct push_find *find);

/* The next crash, NULL behind the last; lives until the next call. */
enum status push_find_next(struct push_find *find,
			   const struct remote_crash **ret,
			   struct error *err) MUST_CHECK;

#endif
