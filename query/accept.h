/*
 * accept.h - which terms of a field a test accepts.
 *
 * The dictionary is asked once; what follows compares numbers.
 */
#ifndef QUERY_ACCEPT_H
#define QUERY_ACCEPT_H

#include "query/where.h"
#include "signatures/store/store_read.h"

/* A byte a term; 0 stands for rows without one. */
struct accept {
	const struct where_test *test;
	uint8_t *yes;
	size_t terms; /* of the table */
	size_t room;
	uint32_t only; /* the one accepted term, if count is 1 */
	size_t count;
	uint64_t crashes; /* at most so many pass; of modules nobody counted */
};

/* Without a thought for negation; the caller ends ret. */
enum status accept_make(struct store *store, const struct where_test *test,
			struct accept *ret, struct error *err) MUST_CHECK;
void accept_deinit(struct accept *accept);

/* What passes, negation and all; the caller frees its bits. */
struct store_terms accept_terms(const struct accept *accept);

static inline bool accept_has(const struct accept *accept, uint32_t term)
{
	return term < accept->terms && accept->yes[term];
}

#endif
