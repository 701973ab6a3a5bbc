/*
 * First the numbers of all stacks, in the order of rows, then the stacks, in
 * their own: neighbours lie on one page, and those that share one stack are
 * told of it one after the other.
 */
#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/store/row.h"
#include "signatures/store/store_read.h"

struct turn {
	uint32_t stack; /* 0: it has none to share */
	uint32_t place;
};

static int by_stack(const void *left, const void *right)
{
	const struct turn *a = left;
	const struct turn *b = right;

	if (a->stack != b->stack)
		return a->stack > b->stack ? 1 : -1;
	return (a->place > b->place) - (a->place < b->place);
}

static void note_turns(struct store *store, const uint32_t *rows, size_t count,
		       struct turn *turns)
{
	for (size_t i = 0; i < count; i++) {
		turns[i].place = (uint32_t)i;
		if (store->foreign ||
		    !row_stack_part(store, rows[i], &turns[i].stack))
			turns[i].stack = 0;
	}
	if (count > 1)
		qsort(turns, count, sizeof(*turns), by_stack);
}

/* Words stand in for a code beside the stack; of several files the richest. */
static enum status read_glance(struct store *store, uint32_t row,
			       struct arena *arena, struct crash *ret,
			       struct error *err)
{
	struct store_crash seen;

	if (store_crash_glance(store, row, arena, &seen, err))
		return err->status;
	*ret = seen.crash;
	return STATUS_OK;
}

enum status store_stacks_read(struct store *store, const uint32_t *rows,
			      size_t count, store_stack_take *take,
			      void *closure, struct error *err)
{
	struct turn *turns = must(malloc((count + 1) * sizeof(*turns)));
	enum status status = STATUS_OK;
	uint32_t at_hand = 0;
	struct arena arena;
	struct crash crash;

	note_turns(store, rows, count, turns);
	arena_init(&arena);
	for (size_t i = 0; i < count && !status; i++) {
		const struct turn turn = turns[i];

		if (!turn.stack || turn.stack != at_hand) {
			arena_reset(&arena);
			at_hand = turn.stack;
			if (!turn.stack || !row_stack_alone(store, turn.stack,
							    &arena, &crash)) {
				at_hand = 0;
				status = read_glance(store, rows[turn.place],
						     &arena, &crash, err);
			}
		}
		if (!status)
			take(closure, turn.place, &crash);
	}
	arena_deinit(&arena);
	free(turns);
	return status;
}
