#include "signatures/settle/stacks_again.h"

#include "signatures/base/limits.h"

struct again {
	struct store *store;
	const struct overrides *overrides;
	struct learn *learn;
	struct corpus *corpus;
	uint8_t *rows;
	uint32_t count;
	struct arena arena;
};

static bool take(struct again *again, uint32_t row, struct store_crash *crash)
{
	overrides_quiet(again->overrides, &crash->crash, &again->arena);
	corpus_add(again->corpus, row, crash->identity, &crash->crash);
	again->rows[row] |= STACKS_TAKEN;
	return true;
}

static bool hear(struct again *again, uint32_t row)
{
	struct store_crash crash;
	struct error err;

	if (store_crash_read(again->store, row, &again->arena, &crash, &err))
		return false;
	/* One more may have been there, and heard. */
	if (crash.file_count == LIMIT_FILES_PER_CRASH)
		return false;
	stacks_learn(again->learn, &crash);
	return stacks_has_evidence(again->overrides, &crash) ||
	       take(again, row, &crash);
}

static bool settle(struct again *again, uint32_t row)
{
	uint8_t *marks = &again->rows[row];
	struct store_crash crash;
	struct error err;
	size_t known = 0;
	bool changed;

	if (store_crash_read(again->store, row, &again->arena, &crash, &err))
		return false;
	learn_watch(again->learn);
	if (!(*marks & (STACKS_NEW | STACKS_MOVED))) {
		stacks_ask_as_was(again->learn, &crash, &again->arena);
		known = learn_asked(again->learn);
	}
	if (stacks_settle_row(again->learn, again->overrides, again->store,
			      &crash, &again->arena, &changed, &err))
		return false;
	learn_asks(again->learn, known, row);
	if (changed) {
		const struct store_crash read = crash;

		*marks |= STACKS_CHANGED;
		store_crash_of_files(read.files, read.file_count, &again->arena,
				     &crash);
	}
	return !(*marks & (STACKS_NEW | STACKS_CHANGED)) ||
	       take(again, row, &crash);
}

/* Do it with every row that has one of the marks, and is not taken. */
static bool walk(struct again *again, uint8_t marks,
		 bool (*with)(struct again *again, uint32_t row))
{
	bool fine = true;

	for (uint32_t row = 0; row < again->count && fine; row++) {
		if (!(again->rows[row] & marks) ||
		    again->rows[row] & STACKS_TAKEN)
			continue;
		fine = with(again, row);
		arena_reset(&again->arena);
	}
	return fine;
}

static void mark_asked(void *closure, uint32_t row)
{
	struct again *again = closure;

	if (row < again->count)
		again->rows[row] |= STACKS_ASKED;
}

bool stacks_again(struct store *store, const struct overrides *overrides,
		  uint8_t *rows, uint32_t count, struct corpus *corpus)
{
	struct again again = { .store = store,
			       .overrides = overrides,
			       .learn = learn_open(store),
			       .corpus = corpus,
			       .rows = rows,
			       .count = count };
	bool fine;

	arena_init(&again.arena);
	fine = walk(&again, STACKS_NEW, hear);
	learn_finish(again.learn);
	fine = fine && learn_news(again.learn, mark_asked, &again) &&
	       walk(&again, STACKS_NEW | STACKS_MOVED | STACKS_ASKED, settle);
	arena_deinit(&again.arena);
	if (fine)
		return learn_close(again.learn);
	learn_destroy(again.learn);
	return false;
}
