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

enum {
	LEARN_WINDOW = 12,   /* words looked at behind an address */
	LEARN_BEFORE = 4,    /* and in front of it */
	LEARN_WITNESSES = 16 /* observations kept of each address */
};

/* A word beside an address: how far away it lies, and which it is. */
struct sight {
	uint16_t distance; /* 0 = no more */
	uint16_t word;
};

/* What stood around an address in one stack. */
struct witness {
	uint64_t identity;
	uint64_t layout; /* of the nearest words; equal ones count once */
	struct sight after[LEARN_WINDOW];
	struct sight before[LEARN_BEFORE];
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
	uint32_t *asked; /* addresses, by the row that asks */
	size_t asked_count, asked_room;
	uint32_t watch;
	bool as_was; /* answers are those that are remembered */
	bool failed; /* something remembered is not to be read */
};

/* Of the words nearest to an address. */
uint64_t learn_layout(const struct witness *witness);
void learn_room(struct address *address);

#endif
