/*
 * remote_settled.h - what the settling pass knows of the names of frames, as a
 * load left it; see store_foreign.h.
 */
#ifndef CLICKHOUSE_REMOTE_SETTLED_H
#define CLICKHOUSE_REMOTE_SETTLED_H

#include "signatures/clickhouse/remote_state.h"

bool remote_settled_get(void *state, struct bytes key, struct bytes *ret);

void remote_settled_drop(struct remote *remote);

#endif
