#include "signatures/settle/search.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/must.h"
#include "signatures/base/text.h"
#include "signatures/cluster/likeness.h"
#include "signatures/identity.h"
#include "signatures/settle/memory.h"
#include "signatures/settle/overrides.h"
#include "signatures/settle/refit.h"
#include "signatures/settle/search_words.h"
#include "signatures/store/store_settled.h"

enum {
	SAME_ID_MOST = 64 /* rows whose ids begin alike */
};

/* Chosen on the earlier of the labelled crashes, as the weights are. */
#define NEARNESS 0.06
#define NEARNESS_HALVED 10.0 /* days apart */
#define TICKS_A_DAY 864e9

/*
 * What the last pass left (memory.h), or where there is nothing that can be
 * used, the crashes clustered again in memory.
 */
struct search {
	struct store *store;
	struct overrides *overrides;
	struct engine_table table;
	struct engine *engine;
	struct corpus *corpus; /* NULL: the memory of the last pass */
	const struct corpus_first *firsts;
	struct corpus_name *names; /* of the corpus */
	size_t name_count;
	uint32_t behind;
	struct arena arena; /* of one question */
	struct engine_feature stream[ENGINE_FEATURES_MAX];
	struct feature_origin origins[ENGINE_FEATURES_MAX];
	float weights[ENGINE_FEATURES_MAX];
};

static enum status read_crashes(struct store *store, struct corpus *corpus,
				const struct overrides *overrides,
				struct error *err)
{
	const uint32_t rows = store_row_count(store);
	struct arena arena;
	enum status status = STATUS_OK;

	arena_init(&arena);
	for (uint32_t row = 0; row < rows && !status; row++) {
		struct store_crash crash;

		status = store_crash_read(store, row, &arena, &crash, err);
		if (!status)
			overrides_quiet(overrides, &crash.crash, &arena);
		if (!status)
			corpus_add(corpus, row, crash.identity, &crash.crash);
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return status;
}

static enum status cluster_again(struct search *search, struct error *err)
{
	struct corpus *corpus = corpus_create();
	struct corpus_place *places;
	enum status status;
	size_t count;

	if (read_crashes(search->store, corpus, search->overrides, err)) {
		corpus_destroy(corpus);
		return err->status;
	}
	search->firsts = corpus_order(corpus, &count);
	search->names = corpus_names(corpus, &search->name_count);
	places = must(calloc(corpus_count(corpus) + 1, sizeof(*places)));
	status = refit_cluster(search->store, search->overrides, corpus, places,
			       err);
	free(places);
	if (status) {
		corpus_destroy(corpus);
		return status;
	}
	engine_destroy(search->engine);
	search->corpus = corpus;
	search->engine = corpus_engine(corpus);
	search->behind = 0;
	return STATUS_OK;
}

static enum status check_size(struct search *search, struct error *err)
{
	if (store_row_count(search->store) <= SEARCH_AGAIN_MOST)
		return STATUS_OK;
	/* No pass leaves there what would help. */
	if (store_crash_is_elsewhere(search->store))
		return error_set(err, STATUS_STORE,
				 "more than %d crashes are compared only where "
				 "they were settled: ask the store they were "
				 "loaded from",
				 SEARCH_AGAIN_MOST);
	return error_set(err, STATUS_STORE,
			 "not settled yet, or under other lists: "
			 "crashindex --settle");
}

/* False if the last pass left nothing that can be asked. */
static bool remember(struct search *search)
{
	const uint32_t rows = store_row_count(search->store);
	struct store_event *events;
	struct memory_head head;
	size_t changed;

	if (!memory_head(search->store, &head) ||
	    head.lists != overrides_hash(search->overrides))
		return false;
	search->table = memory_table(search->store);
	search->engine = engine_table_open(&search->table, head.signatures);
	if (!search->engine || engine_count(search->engine) != head.signatures)
		return false;
	if (!store_settled_events(search->store, &search->arena, &events,
				  &changed))
		return false;
	search->behind =
		(rows > head.rows ? rows - head.rows : 0) + (uint32_t)changed;
	return true;
}

/* Nothing that can be asked yet; NULL: it failed. */
static struct search *begin(struct store *store, struct error *err)
{
	struct search *search = must(calloc(1, sizeof(*search)));

	search->store = store;
	arena_init(&search->arena);
	if (overrides_read(store_folder(store), &search->overrides, err)) {
		search_close(search);
		return NULL;
	}
	return search;
}

enum status search_open(struct store *store, struct search **ret,
			struct error *err)
{
	struct search *search = begin(store, err);

	if (!search)
		return err->status;
	if (!remember(search) &&
	    (check_size(search, err) || cluster_again(search, err))) {
		search_close(search);
		return err->status;
	}
	*ret = search;
	return STATUS_OK;
}

enum status search_open_names(struct store *store, struct search **ret,
			      struct error *err)
{
	struct search *search = begin(store, err);

	if (!search)
		return err->status;
	if (!memory_has_names(store, overrides_hash(search->overrides))) {
		search_close(search);
		search = NULL;
	}
	*ret = search;
	return STATUS_OK;
}

void search_close(struct search *search)
{
	if (!search)
		return;
	if (!search->corpus)
		engine_destroy(search->engine);
	corpus_destroy(search->corpus);
	free(search->names);
	overrides_destroy(search->overrides);
	arena_deinit(&search->arena);
	free(search);
}

double search_cluster(const struct search *search)
{
	return (double)engine_strict(search->engine);
}

uint32_t search_behind(const struct search *search)
{
	return search->behind;
}

/* Did the memory turn out to be damaged?  Then the crashes are asked. */
static bool is_in_vain(struct search *search)
{
	struct error err;

	return !search->corpus &&
	       memory_is_damaged(search->store, search->engine) &&
	       !cluster_again(search, &err);
}

static int by_frame(const void *left, const void *right)
{
	const uint64_t a = ((const struct corpus_name *)left)->frame;
	const uint64_t b = ((const struct corpus_name *)right)->frame;

	return (a > b) - (a < b);
}

static uint64_t name_of(struct search *search, uint64_t frame)
{
	const struct corpus_name wanted = { frame, 0 };
	const struct corpus_name *found = NULL;

	if (!search->corpus)
		return memory_name(search->store, frame);
	if (search->name_count)
		found = bsearch(&wanted, search->names, search->name_count,
				sizeof(wanted), by_frame);
	return found ? found->name : frame;
}

uint64_t search_name(struct search *search, const struct crash_frame *frame,
		     bool *is_alone)
{
	struct arena arena;
	uint64_t id, name;
	bool bare;

	arena_init(&arena);
	id = stream_frame(frame, &arena, &bare).id;
	id = id ? id : 1;
	arena_deinit(&arena);
	name = bare ? name_of(search, id) : id;
	*is_alone = name == id;
	return name;
}

/* The signature of any crash, with the names that the corpus has learned. */
static struct engine_signature trace(struct search *search,
				     const struct crash *crash)
{
	struct engine_signature ret = { .features = search->stream };
	struct feature_frame frames[FEATURE_FRAMES_MAX];
	uint64_t codes[STREAM_CODES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < crash->stack.count && count < FEATURE_FRAMES_MAX;
	     i++) {
		struct feature_frame *frame = &frames[count];
		bool bare;

		if (!stream_counts(&crash->stack.frames[i]))
			continue;
		*frame = stream_frame(&crash->stack.frames[i], &search->arena,
				      &bare);
		if (bare)
			frame->id = name_of(search, frame->id ? frame->id : 1);
		else if (!frame->id)
			frame->id = 1;
		count++;
	}
	ret.count =
		feature_trace(frames, count, codes, stream_codes(crash, codes),
			      search->stream, search->origins);
	ret.key = engine_key(search->stream, ret.count);
	return ret;
}

/* The row of a crash by its identity; rows move. */
static bool row_of(struct search *search, struct hash128 identity,
		   uint32_t *ret)
{
	char prefix[IDENTITY_TEXT_BYTES];
	uint32_t rows[SAME_ID_MOST];
	struct arena arena;
	bool found;
	size_t count;

	identity_text(identity, prefix);
	count = store_find_id(search->store, prefix, rows, SAME_ID_MOST);
	found = count == 1; /* the crash has this id, so it is the one */
	if (found)
		*ret = rows[0];
	arena_init(&arena);
	for (size_t i = 0; i < count && !found; i++) {
		struct store_crash crash;
		struct error err;

		found = !store_crash_read(search->store, rows[i], &arena,
					  &crash, &err) &&
			hash_128_equal(crash.identity, identity);
		*ret = rows[i];
		arena_reset(&arena);
	}
	arena_deinit(&arena);
	return found;
}

/* The first crash with a signature; false if it is not there any more. */
static bool find_first(struct search *search,
		       const struct engine_neighbour *found,
		       struct search_hit *ret)
{
	struct corpus_first first;
	struct search_hit hit = { .likeness = found->likeness };

	if (search->corpus) {
		const uint32_t position =
			corpus_position(search->corpus, found->key);

		if (position == UINT32_MAX)
			return false;
		first = search->firsts[position];
		hit.row = first.row;
	} else if (!memory_first(search->store, found->position, &first) ||
		   !row_of(search, first.identity, &hit.row)) {
		return false;
	} else if (!overrides_reshape(search->overrides)) {
		hit.group = found->cluster;
	}
	hit.time = first.time;
	hit.identity = first.identity;
	*ret = hit;
	return true;
}

static size_t find_firsts(struct search *search,
			  const struct engine_neighbour *found, size_t count,
			  struct search_hit *ret)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		kept += find_first(search, &found[i], &ret[kept]);
	return kept;
}

size_t search_similar(struct search *search, const struct crash *crash,
		      struct search_hit *ret, size_t max)
{
	struct crash quiet = *crash;
	struct engine_signature signature;
	struct engine_neighbour *found = calloc(max + 1, sizeof(*found));
	size_t kept = 0;

	if (!found)
		must_end();
	arena_reset(&search->arena);
	overrides_quiet(search->overrides, &quiet, &search->arena);
	if (stream_why(&quiet) == STREAM_FINE) {
		do {
			signature = trace(search, &quiet);
			kept = find_firsts(search, found,
					   engine_similar(search->engine,
							  &signature, found,
							  max),
					   ret);
		} while (is_in_vain(search));
	}
	free(found);
	return kept;
}

/* A feature of a crash: what it is in words, and what it weighs here. */
struct named_feature {
	enum feature_class class;
	uint64_t feature;  /* equal for equal features */
	const char *text;  /* "ntfs.sys+0x2f41c", "bugcheck 0xd1" */
	const char *exact; /* "ntfs.sys@5b...+0x2f41c", or NULL */
	float weight;
};

struct search_side {
	struct named_feature *features;
	size_t count;
};

/* In order of the stack. */
static struct search_side weigh(struct search *search,
				const struct crash *crash, struct arena *arena)
{
	struct crash quiet = *crash;
	struct engine_signature signature;
	struct named_feature *features;
	struct search_words words;

	overrides_quiet(search->overrides, &quiet, arena);
	do {
		signature = trace(search, &quiet);
		engine_weigh(search->engine, &signature, search->weights);
	} while (is_in_vain(search));
	features = arena_take(arena, signature.count + 1, sizeof(*features));
	search_words_make(&quiet, arena, &words);
	for (size_t i = 0; i < signature.count; i++) {
		const enum feature_class class = search->stream[i].class;

		features[i] = (struct named_feature){
			.class = class,
			.feature = search->stream[i].feature,
			.text = search_words_of(&words, class,
						search->origins[i], arena),
			.exact = search_words_exact(&words, class,
						    search->origins[i], arena),
			.weight = search->weights[i],
		};
	}
	return (struct search_side){ features, signature.count };
}

/* Equal features next to each other, the heavier first. */
static int by_feature(const void *left, const void *right)
{
	const struct named_feature *a = left;
	const struct named_feature *b = right;

	if (a->feature != b->feature)
		return a->feature < b->feature ? -1 : 1;
	if (a->weight > b->weight || a->weight < b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->text, b->text);
}

static int by_weight(const void *left, const void *right)
{
	const struct search_pair *a = left;
	const struct search_pair *b = right;
	const float x = a->left + a->right;
	const float y = b->left + b->right;

	if (x > y || x < y)
		return x > y ? -1 : 1;
	return strcmp(a->text, b->text);
}

double search_likeness(const struct search_pair *pairs, size_t count,
		       const bool *without)
{
	struct likeness_shares shares = { 0 };

	for (size_t i = 0; i < count; i++) {
		if (without && without[i])
			continue;
		if (pairs[i].left > 0 && pairs[i].right > 0)
			shares.matched += pairs[i].left + pairs[i].right;
		else if (pairs[i].left > 0)
			shares.only_left += pairs[i].left;
		else
			shares.only_right += pairs[i].right;
	}
	return (double)likeness_from(shares);
}

double search_standing(double likeness, uint64_t left, uint64_t right)
{
	double days;

	if (!left || !right)
		return likeness;
	days = (double)(left > right ? left - right : right - left) /
	       TICKS_A_DAY;
	return likeness + NEARNESS / (1 + days / NEARNESS_HALVED);
}

const struct search_side *search_weigh(struct search *search,
				       const struct crash *crash,
				       struct arena *arena)
{
	struct search_side *ret = arena_take(arena, 1, sizeof(*ret));

	*ret = weigh(search, crash, arena);
	if (ret->count > 1)
		qsort(ret->features, ret->count, sizeof(*ret->features),
		      by_feature);
	return ret;
}

static bool is_one_sided(const struct search_pair *pair)
{
	return (pair->left > 0) != (pair->right > 0);
}

/*
 * One offset in two builds is two frames, of which nothing is known that would
 * make them one: told apart by their builds.
 */
static void tell_builds(struct search_pair *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct search_pair *a = &pairs[i];

		for (size_t j = i + 1; a->exact && is_one_sided(a) && j < count;
		     j++) {
			struct search_pair *b = &pairs[j];

			if (b->class != a->class || !b->exact ||
			    !is_one_sided(b) ||
			    (a->left > 0) == (b->left > 0) ||
			    strcmp(a->text, b->text) != 0)
				continue;
			a->text = a->exact;
			b->text = b->exact;
			break;
		}
	}
}

struct search_comparison search_compare(const struct search_side *left,
					const struct search_side *right,
					struct arena *arena)
{
	const struct named_feature *a = left->features;
	const struct named_feature *b = right->features;
	const size_t m = left->count;
	const size_t n = right->count;
	struct search_comparison ret = {
		.pairs = arena_take(arena, m + n + 1, sizeof(*ret.pairs))
	};

	for (size_t i = 0, j = 0; i < m || j < n;) {
		struct search_pair *pair = &ret.pairs[ret.count];
		const bool mine =
			i < m && (j == n || a[i].feature <= b[j].feature);
		const bool theirs =
			j < n && (i == m || b[j].feature <= a[i].feature);
		const struct named_feature *named = mine ? &a[i] : &b[j];

		*pair = (struct search_pair){ named->class, named->text,
					      named->exact,
					      mine ? a[i].weight : 0,
					      theirs ? b[j].weight : 0 };
		/* What weighs nothing on either side says nothing. */
		ret.count += pair->left > 0 || pair->right > 0;
		i += mine;
		j += theirs;
	}
	if (ret.count > 1)
		qsort(ret.pairs, ret.count, sizeof(*ret.pairs), by_weight);
	tell_builds(ret.pairs, ret.count);
	ret.likeness = search_likeness(ret.pairs, ret.count, NULL);
	return ret;
}
