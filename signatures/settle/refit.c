#include "signatures/settle/refit.h"

#include <stdlib.h>

#include "signatures/base/must.h"
#include "signatures/store/store_read.h"

enum {
	PARTS_MAX = 64,	   /* parts of a split cluster that are looked at */
	STEPS_A_UNIT = 100 /* thresholds tried between 0 and 1 */
};

struct verdicts {
	struct refit_verdict *at;
	size_t count, room;
};

/* Part of a split cluster, and its crash with the lowest id. */
struct part {
	uint64_t part, id;
};

struct parts {
	struct part at[PARTS_MAX];
	size_t count;
};

static void say(struct verdicts *verdicts, const struct corpus *corpus,
		uint64_t a, uint64_t b, bool same)
{
	struct refit_verdict verdict = { .same = same };

	if (!corpus_likeness(corpus, a, b, &verdict.likeness))
		return;
	verdict.likeness += same ? -REFIT_MARGIN : REFIT_MARGIN;
	if (verdicts->count == verdicts->room) {
		verdicts->room = verdicts->room ? verdicts->room * 2 : 64;
		verdicts->at = must(realloc(verdicts->at,
					    verdicts->room * sizeof(verdict)));
	}
	verdicts->at[verdicts->count++] = verdict;
}

/* Lines that a threshold gets wrong, and its distance in lines. */
static float cost_of(float threshold, const struct refit_verdict *verdicts,
		     size_t count)
{
	const float moved = threshold > ENGINE_STRICT
				    ? threshold - ENGINE_STRICT
				    : ENGINE_STRICT - threshold;
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++)
		wrong +=
			(verdicts[i].likeness >= threshold) != verdicts[i].same;
	return (float)wrong + moved / REFIT_STEP;
}

float refit_threshold(const struct refit_verdict *verdicts, size_t count)
{
	const int first = (int)(REFIT_MIN * STEPS_A_UNIT + 0.5f);
	const int last = (int)(REFIT_MAX * STEPS_A_UNIT + 0.5f);
	float best = ENGINE_STRICT;
	float least = cost_of(best, verdicts, count);

	for (int step = first; step <= last; step++) {
		const float threshold = (float)step / STEPS_A_UNIT;
		const float cost = cost_of(threshold, verdicts, count);

		if (cost < least) {
			least = cost;
			best = threshold;
		}
	}
	return best;
}

static void take_part(struct parts *parts, uint64_t part, uint64_t id)
{
	size_t i = 0;

	while (i < parts->count && parts->at[i].part != part)
		i++;
	if (i == parts->count && i < PARTS_MAX)
		parts->at[parts->count++] = (struct part){ part, id };
	else if (i < parts->count && id < parts->at[i].id)
		parts->at[i].id = id;
}

/* The founder against one crash of each part that is not its own. */
static enum status hear_split(struct store *store, const struct corpus *corpus,
			      const struct overrides_split *split,
			      const struct corpus_place *places,
			      struct verdicts *verdicts, struct error *err)
{
	struct parts parts = { .count = 0 };
	uint64_t own = 0;
	enum status status = STATUS_OK;
	struct arena arena;

	arena_init(&arena);
	for (size_t i = 0; i < corpus_count(corpus) && !status; i++) {
		struct store_crash crash;
		uint64_t part;

		if (places[i].cluster != split->cluster)
			continue;
		status = store_crash_read(store, places[i].row, &arena, &crash,
					  err);
		if (status)
			break;
		part = overrides_part(split->cluster, split->field,
				      &crash.crash);
		if (places[i].id == split->cluster)
			own = part;
		take_part(&parts, part, places[i].id);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	for (size_t i = 0; i < parts.count && !status; i++)
		if (parts.at[i].part != own)
			say(verdicts, corpus, split->cluster, parts.at[i].id,
			    false);
	return status;
}

enum status refit_cluster(struct store *store,
			  const struct overrides *overrides,
			  struct corpus *corpus, struct corpus_place *ret,
			  struct error *err)
{
	struct verdicts verdicts = { .at = NULL };
	struct overrides_split split;
	enum status status = STATUS_OK;
	uint64_t id, name;
	float threshold;

	corpus_cluster(corpus, ENGINE_STRICT, ret);
	for (size_t i = 0; overrides_merge_at(overrides, i, &id, &name); i++)
		say(&verdicts, corpus, id, name, true);
	for (size_t i = 0; !status && overrides_split_at(overrides, i, &split);
	     i++)
		status = hear_split(store, corpus, &split, ret, &verdicts, err);
	threshold = refit_threshold(verdicts.at, verdicts.count);
	if (!status && (threshold < ENGINE_STRICT || threshold > ENGINE_STRICT))
		corpus_cluster(corpus, threshold, ret);
	free(verdicts.at);
	return status;
}
