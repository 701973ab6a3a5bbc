#include "signatures/settle/corpus_again.h"

#include <stdlib.h>

#include "signatures/settle/corpus_memory.h"
#include "signatures/settle/memory.h"
#include "signatures/settle/stacks_again.h"
#include "signatures/store/store_settled.h"

struct again {
	struct store *store;
	struct corpus *corpus;
	uint8_t *marks; /* of rows, see stacks_again.h */
	uint32_t rows;	/* of the last pass */
	uint32_t row_count;
};

static void move(struct again *again, uint32_t from, uint32_t to)
{
	uint8_t *marks = again->marks;

	corpus_move(again->corpus, from, to);
	marks[to] = marks[from] & STACKS_NEW ? STACKS_NEW : STACKS_MOVED;
	marks[from] = STACKS_NEW;
}

/* What happened to the rows of the last pass. */
static bool replay(struct again *again)
{
	struct store_event *events;
	struct arena arena;
	bool fine;
	size_t count;

	arena_init(&arena);
	fine = store_settled_events(again->store, &arena, &events, &count);
	for (size_t i = 0; fine && i < count; i++) {
		const uint32_t row = events[i].row;
		const uint32_t last = events[i].last;

		if (row >= again->rows)
			continue;
		if (last < again->rows && last != row) {
			move(again, last, row);
			continue;
		}
		corpus_forget(again->corpus, row);
		again->marks[row] = STACKS_NEW;
	}
	arena_deinit(&arena);
	return fine;
}

/* Is so much new that it is less work to look at everything? */
static bool is_too_much(const struct again *again)
{
	size_t count = 0;

	for (uint32_t row = 0; row < again->row_count; row++)
		count += again->marks[row] == STACKS_NEW;
	return count > again->row_count / MEMORY_SHARE;
}

/* Of stacks that lost the first of their crashes: which is the first now? */
static bool find_firsts(struct again *again)
{
	struct corpus *corpus = again->corpus;
	bool *wanted = corpus_zeroed(corpus->stack_count, sizeof(*wanted));
	struct arena arena;
	struct error err;
	bool fine = true;

	for (size_t i = 0; i < corpus->stack_count; i++)
		wanted[i] = corpus->stacks[i].count &&
			    corpus->stacks[i].row == NO_ROW;
	arena_init(&arena);
	for (uint32_t row = 0; fine && row < corpus->count; row++) {
		const uint32_t stack = corpus->members[row].stack;
		struct store_crash crash;

		if (stack == NO_STACK || !wanted[stack])
			continue;
		fine = !store_crash_read(again->store, row, &arena, &crash,
					 &err);
		if (fine)
			corpus_hear(&corpus->stacks[stack],
				    crash.crash.time.known
					    ? crash.crash.time.value
					    : 0,
				    crash.identity, row);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	free(wanted);
	return fine;
}

struct corpus *corpus_again(struct store *store,
			    const struct overrides *overrides,
			    const struct memory_head *head)
{
	const uint32_t row_count = store_row_count(store);
	struct again again = { .store = store,
			       .rows = head->rows,
			       .row_count = row_count };
	const uint32_t more =
		row_count > head->rows ? row_count - head->rows : 0;
	bool fine;

	again.corpus = corpus_memory_load(store, head->rows, more);
	if (!again.corpus)
		return NULL;
	again.marks =
		corpus_zeroed((size_t)head->rows + more, sizeof(*again.marks));
	for (uint32_t row = head->rows; row < row_count; row++)
		again.marks[row] = STACKS_NEW;
	fine = replay(&again) && !is_too_much(&again);
	/* Behind the last row there is nothing any more. */
	again.corpus->count = row_count;
	fine = fine &&
	       stacks_again(store, overrides, again.marks, row_count,
			    again.corpus) &&
	       find_firsts(&again);
	free(again.marks);
	if (fine)
		return again.corpus;
	corpus_destroy(again.corpus);
	return NULL;
}
