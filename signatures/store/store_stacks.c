/*
 * First the numbers of all stacks, in the order of rows, then the stacks, in
 * their own: neighbours lie on one page, and those that share one stack are
 * told of it one after the other.
 */
#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/base/order.h"
#include "signatures/store/row.h"
#include "signatures/store/store_read.h"

/* By the number of the stack, 0 where a crash has none to share: its place. */
static void note_turns(struct store *store, const uint32_t *rows, size_t count,
		       uint64_t *turns)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t stack = 0;

		if (store->foreign || !row_stack_part(store, rows[i], &stack))
			stack = 0;
		turns[i] = order_pair(stack, (uint32_t)i);
	}
	order_numbers(turns, count);
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
	uint64_t *turns = must(malloc((count + 1) * sizeof(*turns)));
	enum status status = STATUS_OK;
	uint32_t at_hand = 0;
	struct arena arena;
	struct crash crash;

	note_turns(store, rows, count, turns);
	arena_init(&arena);
	for (size_t i = 0; i < count && !status; i++) {
		const uint32_t stack = (uint32_t)(turns[i] >> 32);
		const uint32_t place = (uint32_t)turns[i];

		if (!stack || stack != at_hand) {
			arena_reset(&arena);
			at_hand = stack;
			if (!stack ||
			    !row_stack_alone(store, stack, &arena, &crash)) {
				at_hand = 0;
				status = read_glance(store, rows[place], &arena,
						     &crash, err);
			}
		}
		if (!status)
			take(closure, place, &crash);
	}
	arena_deinit(&arena);
	free(turns);
	return status;
}
