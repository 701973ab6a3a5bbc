#include "signatures/settle/corpus_state.h"

#include <stdlib.h>

#include "signatures/cluster/engine_cut.h"

/* The id of the crash that founded a signature, 0 for none. */
static uint64_t founder(const struct corpus *corpus, uint64_t key)
{
	uint32_t number;

	return key && keymap_find(&corpus->first_numbers, key, &number)
		       ? corpus_id(corpus->firsts[number].identity)
		       : 0;
}

/* Where crashes of a signature belong, once it is known; by position. */
static const struct corpus_place *place_first(const struct corpus *corpus,
					      uint32_t at,
					      struct corpus_place *firsts)
{
	struct corpus_place *ret = &firsts[at];
	struct engine_place place;

	if (ret->cluster ||
	    !engine_find(corpus->engine, corpus->firsts[at].key, &place))
		return ret;
	ret->cluster = founder(corpus, place.cluster);
	ret->family = founder(corpus, place.family);
	ret->likeness = place.likeness;
	ret->nearest = founder(corpus, place.nearest);
	return ret;
}

static bool is_as_it_was(const struct corpus *corpus, uint32_t row, uint32_t at)
{
	return at < corpus->resumed && row < corpus->was_count &&
	       corpus->was[row] == at + 1 && !corpus->members[row].is_new;
}

static void place(const struct corpus *corpus, struct corpus_place *firsts,
		  struct corpus_place *ret)
{
	const uint32_t at = corpus_position(corpus, ret->key);
	const struct corpus_place *first;

	if (at == UINT32_MAX)
		return;
	ret->is_same = is_as_it_was(corpus, ret->row, at);
	if (ret->is_same)
		return;
	first = place_first(corpus, at, firsts);
	ret->cluster = first->cluster;
	ret->family = first->family;
	ret->likeness = first->likeness;
	ret->nearest = first->nearest;
}

void corpus_cluster_resume(struct corpus *corpus, struct engine *engine)
{
	engine_destroy(corpus->engine);
	corpus->engine = engine;
	corpus->resumed = engine_count(engine);
	corpus->is_clustered = false;
}

void corpus_cluster_recall(struct corpus *corpus, uint32_t *rows, size_t count)
{
	free(corpus->was);
	corpus->was = corpus->by_row ? rows : NULL;
	corpus->was_count = corpus->by_row ? count : 0;
	if (!corpus->by_row)
		free(rows);
}

void corpus_cluster(struct corpus *corpus, float strict,
		    struct corpus_place *ret)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	struct corpus_place *firsts;
	size_t count;

	corpus_order(corpus, &count);
	if (!corpus->engine || corpus->is_clustered ||
	    engine_strict(corpus->engine) != strict)
		corpus_cluster_resume(corpus,
				      engine_create(strict, ENGINE_LOOSE));
	for (size_t i = engine_count(corpus->engine); i < count; i++) {
		const struct corpus_first *first = &corpus->firsts[i];
		struct engine_signature signature = { .key = first->key,
						      .features = stream };

		if (engine_cut_return(corpus->engine, first->key))
			continue;
		signature.count = corpus_stream(corpus, first, stream);
		engine_insert(corpus->engine, &signature);
	}
	corpus->is_clustered = true;
	corpus_places(corpus, ret);
	firsts = corpus_zeroed(corpus->first_count, sizeof(*firsts));
	for (size_t i = 0; i < corpus->count; i++)
		place(corpus, firsts, &ret[i]);
	free(firsts);
}
