/*
 * machines.h - how many machines have each bucket: counted anew for the buckets
 * of the rows that changed.
 *
 * What is counted follows from the postings and the machines of the rows alone,
 * whatever changed before; a night touches few buckets.
 */
#ifndef STORE_MACHINES_H
#define STORE_MACHINES_H

#include "signatures/store/state.h"

/* Is the counter of machines kept by this file? */
bool machines_are_counted(uint8_t field);

/* Terms of field, each once; postings and columns are in the store already. */
void machines_count(struct store *store, uint8_t field, const uint32_t *terms,
		    size_t count);

#endif
