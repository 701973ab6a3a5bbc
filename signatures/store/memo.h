/*
 * memo.h - what follows from a part alone: the terms that every row with this
 * machine, or this stack, has.
 *
 * Most rows have a machine and a stack that were met before; their terms are
 * then not looked up by value again.  How many rows have them is summed up here
 * and told to the dictionary by memo_flush().
 */
#ifndef STORE_MEMO_H
#define STORE_MEMO_H

#include "signatures/store/term.h"

struct memo_term {
	const struct field *field; /* FIELD_COLUMN or FIELD_POSTINGS */
	struct term *term;
};

struct memo {
	int64_t rows; /* to be told */
	size_t count;
	struct memo_term terms[];
};

struct memos;

struct memos *memo_create(void);
void memo_destroy(struct memos *memos);

/* Does what field gives follow from the parts of this kind alone? */
bool memo_is_of(enum schema_part kind, const struct field *field);

/* NULL if it was not kept. */
struct memo *memo_find(struct store *store, enum schema_part kind, uint32_t id);
/* Of a part of which nothing was kept yet. */
void memo_keep(struct store *store, enum schema_part kind, uint32_t id,
	       const struct memo_term *terms, size_t count);

/* Tell the dictionary; before term_flush(). */
void memo_flush(struct store *store);
/* Before terms are forgotten; nothing may be left to tell. */
void memo_forget(struct store *store);

#endif
