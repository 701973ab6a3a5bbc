/*
 * corpus_state.h - what a corpus is made of; for corpus.c and corpus_builds.c.
 */
#ifndef SETTLE_CORPUS_STATE_H
#define SETTLE_CORPUS_STATE_H

#include "signatures/cluster/alias.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/keymap.h"
#include "signatures/settle/corpus.h"

/* A distinct frame of the corpus. */
struct frame {
	struct feature_frame feature; /* texts in the corpus's arena */
	struct alias_frame place;
	bool bare; /* known by offset only */
};

/* A distinct stack with its codes. */
struct stack {
	size_t first_frame; /* in stacked */
	size_t first_code;
	uint32_t frame_count;
	uint32_t code_count;
	uint64_t key; /* of its signature, once the builds are united */
};

struct member {
	uint32_t row;
	uint32_t stack; /* or NO_STACK */
	enum stream_why why;
	uint64_t time;
	struct hash128 identity;
};

#define NO_STACK UINT32_MAX

struct corpus {
	struct arena arena;
	struct arena scratch; /* emptied after every crash */
	struct keymap frame_numbers;
	struct frame *frames;
	size_t frame_count, frame_room;
	struct member *members;
	size_t count, room;
	struct keymap stack_numbers; /* content of a stack -> its number */
	struct stack *stacks;
	size_t stack_count, stack_room;
	uint32_t *stacked; /* frame numbers of all stacks */
	size_t stacked_count, stacked_room;
	uint64_t *codes;
	size_t code_count, code_room;
	bool has_bare;
	struct corpus_first *firsts; /* once in order */
	size_t first_count, first_room;
	struct keymap first_numbers; /* signature key -> index into firsts */
	struct engine *engine;	     /* once clustered, or to begin with */
	bool is_ordered, is_clustered;
};

/* Room for count and one more, all zero. */
void *corpus_zeroed(size_t count, size_t size);

/* Give the frames of a rebuilt module the name of their node; in order. */
void corpus_builds_unite(struct corpus *corpus);

#endif
