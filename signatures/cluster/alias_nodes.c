#include "signatures/cluster/alias_nodes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/room.h"
#include "signatures/cluster/alias.h"

struct alias_nodes {
	const uint32_t *builds;
	uint32_t count;
	uint32_t *parent;
	uint32_t *next; /* ring of the frames of a node */
	uint32_t *size; /* of the node, at its root */
};

static uint32_t *numbers(size_t count)
{
	return room_again(NULL, (count + 1) * sizeof(uint32_t));
}

struct alias_nodes *alias_nodes_create(const uint32_t *builds, uint32_t count)
{
	struct alias_nodes *nodes = must(malloc(sizeof(*nodes)));

	*nodes = (struct alias_nodes){ builds, count, numbers(count),
				       numbers(count), numbers(count) };
	for (uint32_t f = 0; f < count; f++) {
		nodes->parent[f] = nodes->next[f] = f;
		nodes->size[f] = 1;
	}
	return nodes;
}

void alias_nodes_destroy(struct alias_nodes *nodes)
{
	free(nodes->parent);
	free(nodes->next);
	free(nodes->size);
	free(nodes);
}

static uint32_t root_of(struct alias_nodes *nodes, uint32_t frame)
{
	uint32_t root = frame;

	while (nodes->parent[root] != root)
		root = nodes->parent[root];
	while (nodes->parent[frame] != root) {
		const uint32_t up = nodes->parent[frame];

		nodes->parent[frame] = root;
		frame = up;
	}
	return root;
}

/* Would a united node hold two offsets of one build? */
static bool clash(const struct alias_nodes *nodes, uint32_t a, uint32_t b)
{
	uint32_t i = a;

	do {
		uint32_t j = b;

		do {
			if (nodes->builds[i] == nodes->builds[j])
				return true;
			j = nodes->next[j];
		} while (j != b);
		i = nodes->next[i];
	} while (i != a);
	return false;
}

void alias_nodes_unite(struct alias_nodes *nodes, uint32_t a, uint32_t b)
{
	uint32_t ra = root_of(nodes, a);
	uint32_t rb = root_of(nodes, b);

	if (ra == rb || clash(nodes, ra, rb))
		return;
	if (nodes->size[ra] < nodes->size[rb]) {
		const uint32_t swap = ra;

		ra = rb;
		rb = swap;
	}
	nodes->parent[rb] = ra;
	nodes->size[ra] += nodes->size[rb];

	const uint32_t swap = nodes->next[ra];

	nodes->next[ra] = nodes->next[rb];
	nodes->next[rb] = swap;
}

void alias_nodes_name(struct alias_nodes *nodes, uint32_t *ret)
{
	uint32_t *first = numbers(nodes->count);

	memset(first, 0xff, nodes->count * sizeof(*first));
	for (uint32_t f = 0; f < nodes->count; f++) {
		const uint32_t root = root_of(nodes, f);

		if (first[root] == ALIAS_NOBODY)
			first[root] = f;
		ret[f] = first[root];
	}
	free(first);
}
