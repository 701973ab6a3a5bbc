/*
 * store_schema.h - which version of schema.h a store is of.
 *
 * What is from SCHEMA_WITHOUT_HEADS on is read as it is; a writer makes it the
 * version of today.
 */
#ifndef STORE_STORE_SCHEMA_H
#define STORE_STORE_SCHEMA_H

#include "signatures/store/state.h"

/* In a transaction; a writer puts the version into what is empty. */
enum status store_schema_check(struct store *store,
			       struct error *err) MUST_CHECK;

/*
 * At the beginning of each transaction: one that was given up may have made the
 * store one of today, or another program did meanwhile.
 */
enum status store_schema_begin(struct store *store,
			       struct error *err) MUST_CHECK;

#endif
