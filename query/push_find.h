/*
 * push_find.h - the crashes that pass, the newest first, found by a ClickHouse
 * server.
 */
#ifndef QUERY_PUSH_FIND_H
#define QUERY_PUSH_FIND_H

#include "query/push.h"

struct push_find {
	struct store *store;
	const char *condition; /* NULL: all */
	uint64_t offset;
	uint64_t left; /* to be told still */
	uint64_t matched;
	/* behind these the next page begins */
	bool has_begun;
	uint64_t time;
	bool has_time;
	struct hash128 id;
};

/*
 * Of a where that push_can_all(); limit 0: all of them.  ret borrows arena.
 */
enum status push_find_begin(struct store *store, const struct where *where,
			    uint64_t offset, uint64_t limit,
			    struct arena *arena, struct push_find *ret,
			    struct error *err) MUST_CHECK;

/* The next page, which lives in arena; count is 0 behind the last. */
enum status push_find_next(struct push_find *find, struct arena *arena,
			   struct remote_crash **ret, size_t *count,
			   struct error *err) MUST_CHECK;

#endif
