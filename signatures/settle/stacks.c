#include "signatures/settle/stacks.h"

#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/settle/each_row.h"
#include "signatures/settle/learn_memory.h"
#include "signatures/signature.h"
#include "signatures/store/store_rest.h"
#include "signatures/store/store_settled.h"
#include "signatures/store/store_write.h"

/* A stack as the walk left it, whatever an earlier pass made of it. */
static void unsettle(struct crash *crash)
{
	if (!crash->walked.count)
		return;
	crash->stack = crash->walked;
	crash->walked = (struct crash_stack){ 0 };
}

void stacks_learn(struct learn *learn, const struct store_crash *crash)
{
	for (size_t i = 0; i < crash->file_count; i++) {
		const struct crash *file = &crash->files[i].crash;

		learn_add(learn, file->image.content, file);
	}
}

/* What is learned, and the rows whose stacks it may change. */
struct learning {
	struct learn *learn;
	const struct overrides *overrides;
	struct corpus *corpus; /* of the stacks as they are */
	uint32_t *rows;
	size_t count, room;
};

static void may_change(struct learning *learning, uint32_t row)
{
	if (learning->count == learning->room) {
		learning->room = learning->room ? learning->room * 2 : 1024;
		learning->rows =
			must(realloc(learning->rows,
				     learning->room * sizeof(*learning->rows)));
	}
	learning->rows[learning->count++] = row;
}

static enum status learn_row(void *closure, struct store *store, uint32_t row,
			     struct store_crash *crash, struct arena *arena,
			     struct error *err)
{
	struct learning *learning = closure;

	(void)store;
	(void)err;
	stacks_learn(learning->learn, crash);
	if (stacks_has_evidence(learning->overrides, crash))
		may_change(learning, row);
	/* With a stack that may change a corpus of all is to be made anew. */
	if (!learning->count) {
		overrides_quiet(learning->overrides, &crash->crash, arena);
		corpus_add(learning->corpus, row, crash->identity,
			   &crash->crash);
	}
	return STATUS_OK;
}

static bool same_stack(const struct crash_stack *a, const struct crash_stack *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->frames[i].slot != b->frames[i].slot ||
		    a->frames[i].address != b->frames[i].address ||
		    a->frames[i].how != b->frames[i].how)
			return false;
	return true;
}

bool stacks_has_evidence(const struct overrides *overrides,
			 const struct store_crash *crash)
{
	for (size_t i = 0; i < crash->file_count; i++) {
		const struct crash *file = &crash->files[i].crash;

		if (file->candidate_count || file->walked.count ||
		    overrides_may_blame(overrides, file))
			return true;
	}
	return false;
}

void stacks_ask_as_was(struct learn *learn, const struct store_crash *crash,
		       struct arena *arena)
{
	learn_as_was(learn, true);
	for (size_t i = 0; i < crash->file_count; i++) {
		struct crash file = crash->files[i].crash;

		unsettle(&file);
		learn_apply(learn, arena, &file);
	}
	learn_as_was(learn, false);
}

enum status stacks_settle_row(struct learn *learn,
			      const struct overrides *overrides,
			      struct store *store, struct store_crash *crash,
			      struct arena *arena, bool *changed,
			      struct error *err)
{
	enum status status = STATUS_OK;

	*changed = false;
	for (size_t i = 0; i < crash->file_count && !status; i++) {
		struct record_file *file = &crash->files[i];
		const struct crash_stack before = file->crash.stack;

		unsettle(&file->crash);

		const struct crash_stack walked = file->crash.stack;

		if (learn_apply(learn, arena, &file->crash))
			file->crash.walked = walked;

		const bool blame = overrides_blame(overrides, &file->crash);

		if (!blame && same_stack(&before, &file->crash.stack))
			continue;
		signature_make(&file->crash, arena);
		status = store_put_again(store, file, arena, err);
		*changed = true;
	}
	return status;
}

static enum status settle_learned(struct learning *learning,
				  struct store *store, struct error *err)
{
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < learning->count && !status; i++) {
		struct store_crash crash;
		bool changed;

		learn_watch(learning->learn);
		status = store_crash_read(store, learning->rows[i], &arena,
					  &crash, err);
		if (!status)
			status = stacks_settle_row(
				learning->learn, learning->overrides, store,
				&crash, &arena, &changed, err);
		learn_asks(learning->learn, 0, learning->rows[i]);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

enum status stacks_settle(struct store *store,
			  const struct overrides *overrides,
			  struct corpus **ret, struct error *err)
{
	struct learning learning = { .corpus = corpus_create(),
				     .overrides = overrides };
	enum status status;

	store_settled_erase_all(store, LEARN_MEMORY_ADDRESS);
	store_settled_erase_all(store, LEARN_MEMORY_PIECE);
	store_settled_erase_all(store, LEARN_MEMORY_STACK);
	learning.learn = learn_open(store);
	status = each_row(store, learn_row, &learning, err);
	store_rest(store);
	*ret = NULL;
	if (!status) {
		learn_finish(learning.learn);
		status = settle_learned(&learning, store, err);
	}
	/* Nothing was there that could not be read. */
	learn_close(learning.learn);
	if (status || learning.count)
		corpus_destroy(learning.corpus);
	else
		*ret = learning.corpus;
	free(learning.rows);
	return status;
}
