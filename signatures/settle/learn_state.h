/*
 * learn_state.h - what is known of an address; for learn.c and learn_memory.c.
 *
 * What is known only grows, in any order: of two states of an address there is
 * one that says what both say.  Of an address that is an entry, or whose size
 * dumps with code tell or dispute, witnesses say nothing any more.
 */
#ifndef SETTLE_LEARN_STATE_H
#define SETTLE_LEARN_STATE_H

#include "signatures/cluster/keymap.h"
#include "signatures/settle/learn.h"
#include "signatures/settle/learn_words.h"

enum {
	LEARN_WITNESSES = 16 /* observations kept of each address */
};

/* An address in one stack. */
struct witness {
	struct learn_words *words;
	uint64_t layout; /* of the nearest words; equal ones count once */
	uint32_t at;
};

/* Rows whose stacks asked for an address, each as its distance to the last. */
struct learn_rows {
	uint8_t *bytes;
	uint32_t size, room;
	uint32_t last;
	uint32_t pieces; /* full ones, put away */
};

struct address {
	uint64_t key;
	uint32_t size;	  /* as dumps with code tell it; 0 = none did */
	bool disputed;	  /* two dumps with code disagreed */
	bool is_entry;	  /* nobody called: a trap frame lies above */
	bool is_changed;  /* not as it is remembered */
	bool is_grown;	  /* more is known than the outcome is made of */
	uint32_t learned; /* the outcome; 0 = nothing sure */
	uint32_t was;	  /* the one that is remembered */
	uint32_t asked;	  /* by the row that asks, see learn_watch() */
	struct witness *witnesses;
	uint32_t count;
	struct learn_rows rows;
};

struct learn {
	struct store *store; /* that remembers, or NULL */
	struct keymap numbers;
	struct address *addresses;
	size_t count, room;
	struct keymap stacks; /* number + 1 -> index into words */
	struct learn_words **words;
	size_t words_count, words_room;
	uint32_t next_stack; /* the number of the next one */
	uint32_t *asked;     /* addresses, by the row that asks */
	size_t asked_count, asked_room;
	uint32_t watch;
	bool as_was; /* answers are those that are remembered */
	bool failed; /* something remembered is not to be read */
};

/* Keep words for their witnesses. */
void learn_state_keep(struct learn *learn, struct learn_words *words);
/* Room for one more witness. */
void learn_state_room(struct address *address);

#endif
