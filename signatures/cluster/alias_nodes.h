/*
 * alias_nodes.h - frames that are one place, in sets that only grow.
 *
 * A node never holds two frames of one build: what would make it is refused,
 * then and ever after.
 */
#ifndef CLUSTER_ALIAS_NODES_H
#define CLUSTER_ALIAS_NODES_H

#include <stdint.h>

struct alias_nodes;

/* Each frame alone; borrows builds, the number of the build of each. */
struct alias_nodes *alias_nodes_create(const uint32_t *builds, uint32_t count);
void alias_nodes_destroy(struct alias_nodes *nodes);

void alias_nodes_unite(struct alias_nodes *nodes, uint32_t a, uint32_t b);
/* Of each frame, the first of its node. */
void alias_nodes_name(struct alias_nodes *nodes, uint32_t *ret);

#endif
