/*
 * settle.h - what only the whole corpus can tell, worked out and stored.
 *
 * A pass over the store that ends with every crash in its cluster.  What it
 * stores follows from the set of crashes alone: not from the nights they came
 * in, the number of jobs, or earlier passes.
 */
#ifndef SETTLE_SETTLE_H
#define SETTLE_SETTLE_H

#include "signatures/base/error.h"
#include "signatures/store/store.h"

/*
 * Needs a store open for writing, without a transaction.
 */
enum status settle_store(struct store *store, struct error *err) MUST_CHECK;

#endif
