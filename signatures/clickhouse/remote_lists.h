/*
 * remote_lists.h - the modules of crashes, looked at once for each list; for
 * remote*.c alone.
 *
 * Crashes with one list_hash have the same modules.  Their columns are by far
 * the largest but records, and most of a fleet's crashes share their lists, so
 * the server is asked about one crash of each.
 */
#ifndef CLICKHOUSE_REMOTE_LISTS_H
#define CLICKHOUSE_REMOTE_LISTS_H

#include "signatures/clickhouse/remote_state.h"

/*
 * What stands behind SELECT to have a crash of each list that is in use: FROM
 * and PREWHERE.  A crash may come more than once, with the same modules.
 */
const char *remote_lists_from(const struct remote *remote, struct arena *arena);

#endif
