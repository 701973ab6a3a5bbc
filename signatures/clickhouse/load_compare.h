/*
 * load_compare.h - what is in the store, what is in the database, and what of
 * either has to do with the other.
 */
#ifndef CLICKHOUSE_LOAD_COMPARE_H
#define CLICKHOUSE_LOAD_COMPARE_H

#include "signatures/clickhouse/load_state.h"

/* Fills items, links, foreign and gone. */
enum status load_compare(struct load *load) MUST_CHECK;

#endif
