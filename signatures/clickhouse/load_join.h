/*
 * load_join.h - crashes of which some files lie here and some there.
 */
#ifndef CLICKHOUSE_LOAD_JOIN_H
#define CLICKHOUSE_LOAD_JOIN_H

#include "signatures/clickhouse/load_state.h"

/* Into the batch; rows that are no more are added to gone. */
enum status load_join(struct load *load) MUST_CHECK;

#endif
