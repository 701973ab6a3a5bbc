/*
 * store_rest.h - giving back what was read.
 *
 * Pages of LMDB's map that were looked at count as memory of the program until
 * somebody else wants it.  Who has walked over all rows, and goes on to use
 * much memory of its own, lets go of them: they stay in the system's cache.
 */
#ifndef STORE_STORE_REST_H
#define STORE_STORE_REST_H

#include "signatures/store/store.h"

void store_rest(struct store *store);

#endif
