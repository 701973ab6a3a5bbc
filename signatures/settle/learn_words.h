/*
 * learn_words.h - the words of one stack, which all its witnesses share; for
 * learn.c and learn_memory.c.
 *
 * Each address on a stack sees the words around it, so that every word is seen
 * by some sixteen of them: it is kept once, and a witness is a place among the
 * words.
 */
#ifndef SETTLE_LEARN_WORDS_H
#define SETTLE_LEARN_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LEARN_WINDOW = 12, /* words looked at behind an address */
	LEARN_BEFORE = 4   /* and in front of it */
};

struct learn_word {
	uint32_t slot;
	uint16_t word;
	bool is_entry; /* a trap frame lies above: there the stack ends */
	bool is_seen;  /* by a witness; only these are remembered */
};

/* What witnesses see; kept as long as there are any. */
struct learn_words {
	uint64_t identity;
	uint32_t number; /* as they are remembered */
	uint32_t uses;	 /* witnesses */
	uint32_t count;
	bool is_new;
	bool is_changed;
	struct learn_word at[];
};

/* A word beside an address: how far away it lies, and which it is. */
struct sight {
	uint16_t distance; /* 0 = no more */
	uint16_t word;
};

/* What stands around an address in one stack. */
struct surroundings {
	struct sight after[LEARN_WINDOW];
	struct sight before[LEARN_BEFORE];
};

/* A copy of these, used by nobody yet; the caller frees it. */
struct learn_words *learn_words_make(uint64_t identity,
				     const struct learn_word *at, size_t count);

/* What a witness at this place sees is to be remembered. */
void learn_words_mark(struct learn_words *words, size_t at);
/* The place, among those that are. */
uint32_t learn_words_place(const struct learn_words *words, size_t at);

void learn_words_look(const struct learn_word *words, size_t count, size_t at,
		      struct surroundings *ret);

/* Of the words nearest to an address. */
uint64_t learn_words_layout(const struct surroundings *around);

#endif
