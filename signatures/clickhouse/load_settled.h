/*
 * load_settled.h - the names of frames that the last pass left.
 */
#ifndef CLICKHOUSE_LOAD_SETTLED_H
#define CLICKHOUSE_LOAD_SETTLED_H

#include "signatures/clickhouse/load_state.h"

/*
 * Of the store of the load, in the place of those that are there; nothing of a
 * store that was not settled.
 */
enum status load_settled(struct load *load) MUST_CHECK;

#endif
