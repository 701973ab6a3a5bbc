/*
 * engine_state.h - what an engine remembers; for this room only.
 *
 * Signatures and features are read from the engine's table when they are first
 * asked for (engine_table.c); an engine without a table has them all in memory.
 */
#ifndef CLUSTER_ENGINE_STATE_H
#define CLUSTER_ENGINE_STATE_H

#include <assert.h>

#include "signatures/base/must.h"
#include "signatures/cluster/engine_cut.h"
#include "signatures/cluster/engine_table.h"
#include "signatures/cluster/feature.h"
#include "signatures/cluster/keymap.h"
#include "signatures/cluster/likeness.h"

enum {
	ENGINE_CLASS_MASK = 15, /* of a feature's number */
	ENGINE_CHUNK = 1024,	/* positions to a chunk, and looked at */
	ENGINE_NOWHERE = UINT32_MAX >> 1, /* above it: of cuts, and one */
	ENGINE_POSTINGS_BUDGET = 6000,	  /* looked at per search */
	ENGINE_TOUCHED_MOST = ENGINE_POSTINGS_BUDGET + ENGINE_CHUNK,
	ENGINE_TOUCH_BITS = 14,
	ENGINE_TOUCHES = 1 << ENGINE_TOUCH_BITS, /* half are free */
	ENGINE_STORED_PAGE = 512,
	POSTINGS_INLINE = 2, /* most features are of one signature or two */
	ENGINE_LOOKED_UP = 1 << 15 /* by the search that placed it */
};

static_assert(ENGINE_FEATURES_MAX <= ENGINE_LOOKED_UP, "a bit is free");

/* A feature, and the positions of all signatures that have it, rising. */
struct posting {
	uint32_t feature;
	uint32_t count;
	uint32_t first; /* in memory from this one on; read when asked for */
	uint32_t room;
	uint32_t kept;	/* of the count, as the table has it */
	uint32_t fresh; /* those from here on are not as the table has them */
	uint32_t frozen_in; /* the epoch, by serial, that frozen is of */
	uint32_t frozen;    /* count when the epoch began */
	union {
		uint32_t *many;
		uint32_t few[POSTINGS_INLINE];
	} at;
};

struct stored {
	struct weighed weighed; /* of weighed_in */
	uint16_t *order;	/* weighed.at[k] is this one of the stream, and
				   ENGINE_LOOKED_UP */
	uint64_t key;
	struct engine_place place;
	uint64_t found; /* hash of the candidates that it was held against */
	uint32_t weighed_in; /* epoch, by serial; 0 = never */
	bool has_moved;	     /* since the cut: it came to another place */
};

/* A signature that a search met; those of other searches are free places. */
struct touch {
	uint32_t search;
	uint32_t position;
	float gathered;
};

/* What was taken back, see engine_cut.h. */
struct engine_cuts {
	struct stored **at; /* NULL: came again, or is left */
	size_t count;
	size_t next;		 /* those before it have come, or do not come */
	uint32_t first;		 /* where the first of them stood */
	struct keymap disturbed; /* features + 1 */
};

struct engine {
	float strict;
	float loose;
	struct weights weights;
	const struct engine_table *table; /* NULL: all is in memory */
	bool damaged;
	struct bytes *pages;   /* of the table that were asked for, or NULL */
	struct keymap numbers; /* feature -> index into postings */
	struct posting *postings;
	size_t posting_count, posting_room;
	struct keymap keys;	/* signature key -> position, or NOWHERE */
	struct stored **stored; /* by position; NULL: not read yet */
	uint8_t *filled; /* by pages of stored: is there anything at all? */
	size_t count;
	size_t room;
	size_t kept;	  /* signatures in the table */
	size_t kept_same; /* of them those that still are as there */
	size_t epoch;	  /* it began when there were so many */
	size_t next_epoch;
	uint32_t serial; /* of the epoch */
	uint32_t searches;
	struct touch touches[ENGINE_TOUCHES];
	uint16_t touched[ENGINE_TOUCHED_MOST]; /* of touches, as met */
	struct engine_cuts cuts;
	/* Of the last search: what it looked up last, and what it found. */
	struct weighted last;
	uint64_t last_found;
	uint64_t *cut_keys; /* to be erased unless they came again */
	size_t cut_count, cut_room;
	struct weighted scratch[ENGINE_FEATURES_MAX];
	uint64_t sorted[ENGINE_FEATURES_MAX];
	uint32_t stream[ENGINE_FEATURES_MAX];
	uint32_t df[ENGINE_FEATURES_MAX];
	uint32_t found[ENGINE_FEATURES_MAX]; /* postings, of features */
	uint8_t classes[ENGINE_FEATURES_MAX];
	uint32_t places[ENGINE_FEATURES_MAX]; /* 0, 1, 2, ... */
};

/* What stands at a position; nothing at all where the table is damaged. */
struct stored *engine_state_stored(struct engine *engine, uint32_t position);

/* A signature of these features, not weighed yet; one block. */
struct stored *engine_state_stored_make(struct engine *engine,
					const uint32_t *features, size_t count);

/* The features in the order of the stream; returns how many. */
size_t engine_state_stored_stream(const struct stored *stored,
				  uint32_t ret[ENGINE_FEATURES_MAX]);

/* Which of the stream the k-th of the weighed is. */
static inline uint32_t engine_state_order(const struct stored *stored,
					  uint32_t k)
{
	return stored->order[k] & (ENGINE_LOOKED_UP - 1);
}

/* Weigh it, if its weights are not of this epoch. */
void engine_state_weigh_stored(struct engine *engine, struct stored *stored);

/* The posting of a feature, an empty one if nobody has it. */
struct posting *engine_state_posting(struct engine *engine, uint32_t feature);
/* The positions from posting->first on. */
uint32_t *engine_state_positions(struct posting *posting);
/*
 * One more chunk in front of those in memory, from the newest on; false if the
 * table has none.
 */
bool engine_table_chunk(struct engine *engine, struct posting *posting);
/* How many signatures had the feature when the epoch began. */
uint32_t engine_state_frozen(struct engine *engine, struct posting *posting);

/* Something stands at a position from now on. */
void engine_state_fill(struct engine *engine, uint32_t position,
		       struct stored *stored);

/* Take stored over and post it under each of its features. */
void engine_state_store(struct engine *engine, struct stored *stored);

/* Weighed, it is placed and taken over. */
struct engine_place engine_insert_stored(struct engine *engine,
					 struct stored *stored);

/*
 * Search for it, but hold it against nothing: does the search find what it
 * found when it was placed, and where that was?
 */
bool engine_finds_as_before(struct engine *engine, struct stored *stored);

/* Where features of a new signature were looked up, all may be otherwise. */
void engine_cut_disturb(struct engine *engine, struct stored *stored);
void engine_cut_deinit(struct engine *engine);

/* Take the newest signature to the cuts; the epoch is the caller's to see to.
 */
void engine_state_unstore(struct engine *engine);

/* Begin the epoch that count signatures belong to. */
void engine_state_begin_epoch(struct engine *engine, size_t count);

/* Read from the table; false if it is not there. */
bool engine_table_posting(struct engine *engine, struct posting *posting);
struct stored *engine_table_stored(struct engine *engine, uint32_t position);
bool engine_table_key(struct engine *engine, uint64_t key, uint32_t *position);

#endif
