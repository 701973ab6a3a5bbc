#include "signatures/cluster/engine_cut.h"

#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/cluster/engine_state.h"

/* Whoever looks one of its features up finds something else now. */
static void disturb(struct engine_cuts *cuts, const struct stored *stored)
{
	const struct weighed *weighed = &stored->weighed;
	bool added;

	for (uint32_t k = 0; k < weighed->count; k++)
		(void)keymap_put(&cuts->disturbed,
				 (uint64_t)weighed->at[k].feature + 1, &added);
}

void engine_cut_disturb(struct engine *engine, struct stored *stored)
{
	if (!engine->cuts.count)
		return;
	stored->has_moved = true;
	disturb(&engine->cuts, stored);
}

static bool is_disturbed(const struct engine_cuts *cuts,
			 const struct stored *stored)
{
	const struct weighed *weighed = &stored->weighed;
	uint32_t unused;

	for (uint32_t k = 0; k < weighed->count; k++)
		if (stored->order[k] & ENGINE_LOOKED_UP &&
		    keymap_find(&cuts->disturbed,
				(uint64_t)weighed->at[k].feature + 1, &unused))
			return true;
	return false;
}

void engine_cut_deinit(struct engine *engine)
{
	struct engine_cuts *cuts = &engine->cuts;

	for (size_t i = 0; i < cuts->count; i++)
		free(cuts->at[i]);
	free(cuts->at);
	keymap_deinit(&cuts->disturbed);
	*cuts = (struct engine_cuts){ .at = NULL };
}

void engine_cut(struct engine *engine, size_t count)
{
	struct engine_cuts *cuts = &engine->cuts;

	if (cuts->at)
		engine_cut_deinit(engine);
	if (engine->count > count) {
		keymap_init(&cuts->disturbed);
		cuts->first = (uint32_t)count;
		cuts->count = engine->count - count;
		cuts->at = must(calloc(cuts->count, sizeof(struct stored *)));
	}
	while (engine->count > count)
		engine_state_unstore(engine);
	if (count < engine->kept_same)
		engine->kept_same = count;
	if (count < engine->epoch)
		engine_state_begin_epoch(engine, count);
}

static void leave(struct engine *engine, size_t i)
{
	struct engine_cuts *cuts = &engine->cuts;

	if (!cuts->at[i])
		return;
	disturb(cuts, cuts->at[i]);
	free(cuts->at[i]);
	cuts->at[i] = NULL;
}

void engine_cut_leave(struct engine *engine, uint32_t position)
{
	const struct engine_cuts *cuts = &engine->cuts;

	if (position >= cuts->first && position - cuts->first < cuts->count)
		leave(engine, position - cuts->first);
}

/* The number among those that were cut. */
static bool find(const struct engine *engine, uint64_t key, size_t *ret)
{
	const struct engine_cuts *cuts = &engine->cuts;
	uint32_t number;

	if (!cuts->count || !key || !keymap_find(&engine->keys, key, &number) ||
	    number <= ENGINE_NOWHERE)
		return false;
	*ret = number - ENGINE_NOWHERE - 1;
	/* It may be of what was cut before. */
	return *ret < cuts->count && cuts->at[*ret] &&
	       cuts->at[*ret]->key == key;
}

/* Is it weighed as it was when it stood at a position, and what it is near? */
static bool is_of_epoch(const struct engine *engine, size_t position)
{
	return engine->epoch <= engine->cuts.first &&
	       position >= engine->epoch && position < engine->next_epoch;
}

bool engine_cut_return(struct engine *engine, uint64_t key)
{
	struct engine_cuts *cuts = &engine->cuts;
	struct engine_place before, after;
	struct stored *stored;
	size_t i;

	if (!find(engine, key, &i))
		return false;
	for (; cuts->next < i; cuts->next++)
		leave(engine, cuts->next);
	stored = cuts->at[i];
	cuts->at[i] = NULL;
	stored->has_moved = false;
	if (is_of_epoch(engine, cuts->first + i) &&
	    (!is_disturbed(cuts, stored) ||
	     engine_finds_as_before(engine, stored))) {
		engine_state_store(engine, stored);
		return true;
	}
	before = stored->place;
	after = engine_insert_stored(engine, stored);
	if (before.cluster != after.cluster || before.family != after.family)
		engine_cut_disturb(engine, stored);
	return true;
}
