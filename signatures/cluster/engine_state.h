/*
 * engine_state.h - what an engine remembers; for this room only.
 */
#ifndef CLUSTER_ENGINE_STATE_H
#define CLUSTER_ENGINE_STATE_H

#include "signatures/cluster/engine.h"
#include "signatures/cluster/keymap.h"
#include "signatures/cluster/likeness.h"

/* Signatures remembered per feature: the newest. */
#define POSTINGS_NEWEST 1024

struct posting {
	uint32_t *signatures; /* rising */
	uint32_t count;
	uint32_t room;
};

struct stored {
	struct weighed weighed;
	uint32_t *features; /* in stream order, for weighing anew */
	uint8_t *classes;
	uint16_t *order; /* weighed.at[k] is that of features[order[k]] */
	uint32_t length;
	uint32_t seen; /* number of the last search that touched it */
	float gathered;
	uint64_t key;
	uint64_t time;
	struct engine_place place;
};

struct engine {
	float strict;
	float loose;
	struct weights weights;
	struct keymap features; /* feature hash -> number */
	struct keymap keys;	/* signature key -> number */
	uint32_t *df;
	struct posting *postings;
	size_t feature_room;
	struct stored *stored;
	size_t count;
	size_t room;
	size_t reweighed; /* count at the last reweighing */
	uint32_t searches;
	uint32_t *touched;
	struct weighted scratch[ENGINE_FEATURES_MAX];
	uint64_t sorted[ENGINE_FEATURES_MAX];
};

/*
 * Room for a signature of length features, in one block that begins with
 * weighed.at and is freed by it.
 */
void engine_state_room(struct stored *stored, uint32_t length);

/* The number of a feature, a new one if it was never seen. */
uint32_t engine_state_number(struct engine *engine, uint64_t feature);

/* Take a weighed signature over and post it under each of its features. */
void engine_state_store(struct engine *engine, const struct stored *stored);

#endif
