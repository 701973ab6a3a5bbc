/*
 * engine_cut.h - signatures that are taken back, and come again.
 *
 * A late crash belongs in front of others, so what stands behind its place is
 * cut and inserted again.  Most of it has the place it had.  What a search
 * finds follows from the features it looked up: where none of them is of a
 * signature that was left out, is new, or has another place now, all is as it
 * was.  So it is where the search finds what it found before, and none of
 * these.  That holds while weights are the same, which is within an epoch.
 */
#ifndef CLUSTER_ENGINE_CUT_H
#define CLUSTER_ENGINE_CUT_H

#include "signatures/cluster/engine.h"

/* Take back all but the first count signatures. */
void engine_cut(struct engine *engine, size_t count);

/* What was cut from a position does not come again, or not in its old order. */
void engine_cut_leave(struct engine *engine, uint32_t position);

/*
 * Insert again what was cut with this key; false if there is no such, or not
 * any more: what stood in front of one that came again is left.
 */
bool engine_cut_return(struct engine *engine, uint64_t key);

#endif
