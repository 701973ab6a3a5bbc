/*
 * push.h - filter words as a condition that a ClickHouse server answers.
 *
 * The server then looks at the crashes, and only what passes comes over.  What
 * has no condition of the same meaning (a glob over numbers as they are
 * printed, a source by the names of its copies) is answered here, from
 * columns, as it is of any store.
 */
#ifndef QUERY_PUSH_H
#define QUERY_PUSH_H

#include "query/where.h"
#include "signatures/clickhouse/remote.h"

/* Can the server answer the test, or all of them?  No, of a store in LMDB. */
bool push_can(struct store *store, const struct where_test *test);
bool push_can_all(struct store *store, const struct where *where);

/*
 * Can the server group by the field, as group_value() does?  Of modules that is
 * done here, where crashes with one list are counted together.
 */
bool push_can_group(struct store *store, const struct field *field);

/* The tests that it can answer, and-ed; NULL if there are none. */
const char *push_condition(struct store *store, const struct where *where,
			   struct arena *arena);

/* A crash has a value of the field, as a condition. */
const char *push_has_value(const struct field *field, struct arena *arena);

#endif
