/*
 * corpus_state.h - what a corpus is made of; for the files of it alone.
 */
#ifndef SETTLE_CORPUS_STATE_H
#define SETTLE_CORPUS_STATE_H

#include "signatures/cluster/alias.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/keymap.h"
#include "signatures/settle/corpus.h"

/* A distinct frame of the corpus. */
struct frame {
	uint64_t id;		      /* as it goes by before any is named */
	struct feature_frame feature; /* texts in the corpus's arena */
	struct alias_frame place;
	bool bare; /* known by offset only */
};

/* A distinct stack with its codes, and the first of its crashes. */
struct stack {
	size_t first_frame; /* in stacked */
	size_t first_code;
	uint32_t frame_count;
	uint32_t code_count;
	uint64_t key; /* of its signature, once in order; 0 = not known */
	uint64_t time;
	struct hash128 identity;
	uint32_t row;	/* NO_ROW: is not known */
	uint32_t count; /* of its crashes; 0 = it is none's any more */
};

struct member {
	uint32_t row;
	uint32_t stack; /* or NO_STACK */
	enum stream_why why;
	bool is_new; /* to this row since the last pass */
	uint64_t id; /* 0 = not known */
};

/* What the last pass learned of builds, then what this one did. */
struct corpus_learned {
	struct store *store; /* that keeps it; NULL: nothing is known */
	uint32_t (*named)[ALIAS_ROUNDS]; /* by frame: numbers of frames */
	size_t named_count;
	bool *was_there; /* by stack: some crash had it */
	size_t stack_count;
	size_t frame_count; /* of the last pass */
	struct arena arena;
	struct alias_learned *builds; /* in arena: those that are new */
	size_t build_count;
};

#define NO_STACK UINT32_MAX
#define NO_ROW UINT32_MAX

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
	struct corpus_learned learned;
	bool *renamed; /* frames that go by another name than in the last pass;
			  NULL: none does */
	bool has_bare;
	bool by_row; /* there is a member for every row, at its number */
	struct corpus_first *firsts; /* once in order */
	size_t first_count;
	struct keymap first_numbers; /* signature key -> index into firsts */
	struct engine *engine;	     /* once clustered, or to begin with */
	uint32_t *was;		     /* by row, see corpus_cluster_recall() */
	size_t was_count;
	size_t resumed; /* signatures that the engine began with */
	bool is_ordered, is_clustered;
};

/* Room for count and one more, all zero. */
void *corpus_zeroed(size_t count, size_t size);

/*
 * From memory: before any is there, so many, and some more, come; each is put
 * without looking whether it is there; then all are to be found, or false:
 * one came twice.
 */
void corpus_room(struct corpus *corpus, size_t frames, size_t stacks);
/* Its texts live as long as the corpus. */
void corpus_put_frame(struct corpus *corpus, const struct frame *frame);
/* Of what was pushed from its first frame and code on. */
void corpus_put_stack(struct corpus *corpus, struct stack stack);
bool corpus_index(struct corpus *corpus);
/* Behind the stacks. */
void corpus_push_frame(struct corpus *corpus, uint32_t number);
void corpus_push_code(struct corpus *corpus, uint64_t code);

/* Of a crash of a stack: is it the first? */
void corpus_hear(struct stack *stack, uint64_t time, struct hash128 identity,
		 uint32_t row);

/* Of a corpus of nothing: members for so many rows. */
void corpus_rows(struct corpus *corpus, size_t count);

/* Of a corpus by rows: its crash is gone, or has another number. */
void corpus_forget(struct corpus *corpus, uint32_t row);
void corpus_move(struct corpus *corpus, uint32_t from, uint32_t to);

/* Give the frames of a rebuilt module the name of their node. */
void corpus_builds_unite(struct corpus *corpus);

#endif
