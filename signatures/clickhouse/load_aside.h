/*
 * load_aside.h - refusals, archives and other names of files.
 */
#ifndef CLICKHOUSE_LOAD_ASIDE_H
#define CLICKHOUSE_LOAD_ASIDE_H

#include "signatures/clickhouse/load_state.h"

/* Of any store in a transaction; sent at once. */
enum status load_aside(struct load *load, struct store *store) MUST_CHECK;

#endif
