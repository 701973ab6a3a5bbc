/*
 * index.h - every index entry that follows from a row, put in or taken out.
 */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

#include "signatures/store/row.h"

/* delta 1 puts the entries in, -1 takes them out again. */
void index_row(struct store *store, uint32_t number, const struct row *row,
	       int delta);

/* The driver terms of a new list part, whose modules crash has. */
void index_list(struct store *store, uint32_t list, const struct crash *crash);

#endif
