/*
 * push_freq.h - crashes by the values of a field, counted by a ClickHouse
 * server.
 */
#ifndef QUERY_PUSH_FREQ_H
#define QUERY_PUSH_FREQ_H

#include "query/asked.h"
#include "query/group.h"

/* Can the server answer all of the question? */
bool push_freq_can(struct query *query, const struct field *field);

/*
 * As asked_make() and group_make() would, but for the rows, which stay there:
 * asked has no bits.
 */
enum status push_freq(struct query *query, const struct field *field,
		      uint64_t min, struct asked *asked, struct group *group,
		      struct error *err) MUST_CHECK;

#endif
