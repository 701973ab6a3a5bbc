/*
 * remote_expect.h - crashes that someone said will be read, many of an answer;
 * see store_crash_expect().
 */
#ifndef CLICKHOUSE_REMOTE_EXPECT_H
#define CLICKHOUSE_REMOTE_EXPECT_H

#include "signatures/clickhouse/remote_state.h"

void remote_expect_rows(void *state, const uint32_t *rows, size_t count);
void remote_expect_drop(struct remote *remote);

/* is_expected: ret is the crash; else it has to be asked for alone. */
enum status remote_expect_find(struct remote *remote, uint32_t row,
			       struct arena *arena, bool *is_expected,
			       struct store_crash *ret,
			       struct error *err) MUST_CHECK;

#endif
