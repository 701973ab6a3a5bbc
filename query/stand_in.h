/*
 * stand_in.h - another field's posting lists for a test of a column.
 *
 * Each of the three buckets is in `bucket`, vendor and version of the BIOS are
 * in `bios`, a stop code is a `bugcheck` unless it is of the minidump form.
 * Where as many crashes have the value there, they are the same.
 */
#ifndef QUERY_STAND_IN_H
#define QUERY_STAND_IN_H

#include "query/where.h"
#include "signatures/store/store_read.h"

/*
 * A test of a FIELD_POSTINGS that the same rows pass; ret borrows the values of
 * the test.  False if there is none, or it would take long to know.
 */
bool stand_in_find(struct store *store, const struct where_test *test,
		   struct where_test *ret);

#endif
