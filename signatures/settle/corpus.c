#include "signatures/settle/corpus.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/text.h"
#include "signatures/cluster/alias.h"
#include "signatures/cluster/engine.h"
#include "signatures/cluster/keymap.h"

/* A distinct frame of the corpus. */
struct frame {
	struct feature_frame feature; /* texts in the corpus's arena */
	struct alias_frame place;
	bool bare; /* known by offset only */
};

struct member {
	uint32_t row;
	enum stream_why why;
	struct hash128 identity;
	uint64_t time;
	uint64_t key;
	size_t first_frame; /* in stacked */
	size_t first_code;
	uint32_t frame_count;
	uint32_t code_count;
};

/* A build of a module, and when it was first seen to crash. */
struct build {
	uint64_t module, build, time;
	uint32_t order;
};

struct corpus {
	struct arena arena;
	struct arena scratch; /* emptied after every crash */
	struct keymap frame_numbers;
	struct frame *frames;
	size_t frame_count, frame_room;
	struct member *members;
	size_t count, room;
	uint32_t *stacked; /* frame numbers of all members */
	size_t stacked_count, stacked_room;
	uint64_t *codes;
	size_t code_count, code_room;
	float strict;
	struct engine *engine;	/* once clustered */
	struct keymap founders; /* signature key -> member */
};

/* Room for one more of size bytes. */
static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 1024;
	array = realloc(array, *room * size);
	if (!array)
		abort();
	return array;
}

static void *zeroed(size_t count, size_t size)
{
	void *memory = calloc(count + 1, size);

	if (!memory)
		abort();
	return memory;
}

struct corpus *corpus_create(void)
{
	struct corpus *corpus = zeroed(1, sizeof(*corpus));

	arena_init(&corpus->arena);
	arena_init(&corpus->scratch);
	keymap_init(&corpus->frame_numbers);
	keymap_init(&corpus->founders);
	return corpus;
}

void corpus_destroy(struct corpus *corpus)
{
	if (!corpus)
		return;
	arena_deinit(&corpus->arena);
	arena_deinit(&corpus->scratch);
	keymap_deinit(&corpus->frame_numbers);
	keymap_deinit(&corpus->founders);
	engine_destroy(corpus->engine);
	free(corpus->frames);
	free(corpus->members);
	free(corpus->stacked);
	free(corpus->codes);
	free(corpus);
}

size_t corpus_count(const struct corpus *corpus)
{
	return corpus->count;
}

static uint32_t frame_number(struct corpus *corpus,
			     const struct crash_frame *frame)
{
	struct frame added = { 0 };
	bool is_new;
	uint32_t *number;

	added.feature = stream_frame(frame, &corpus->scratch, &added.bare);
	if (added.feature.id == 0)
		added.feature.id = 1;
	number = keymap_put(&corpus->frame_numbers, added.feature.id, &is_new);
	if (!is_new)
		return *number;
	*number = (uint32_t)corpus->frame_count;
	added.feature.module = text_copy(&corpus->arena, added.feature.module);
	if (added.feature.function)
		added.feature.function =
			text_copy(&corpus->arena, added.feature.function);
	added.place.module =
		hash_64(added.feature.module, strlen(added.feature.module));
	added.place.build = frame->build;
	added.place.offset = (uint32_t)frame->offset;
	corpus->frames = grown(corpus->frames, corpus->frame_count,
			       &corpus->frame_room, sizeof(*corpus->frames));
	corpus->frames[corpus->frame_count++] = added;
	return *number;
}

void corpus_add(struct corpus *corpus, uint32_t row, struct hash128 identity,
		const struct crash *crash)
{
	struct member member = {
		.row = row,
		.why = stream_why(crash),
		.identity = identity,
		.time = crash->time.known ? crash->time.value : 0,
		.first_frame = corpus->stacked_count,
		.first_code = corpus->code_count,
	};
	uint64_t codes[STREAM_CODES_MAX];

	for (size_t i = 0;
	     member.why == STREAM_FINE &&
	     member.frame_count < FEATURE_FRAMES_MAX && i < crash->stack.count;
	     i++) {
		if (!stream_counts(&crash->stack.frames[i]))
			continue;
		corpus->stacked =
			grown(corpus->stacked, corpus->stacked_count,
			      &corpus->stacked_room, sizeof(*corpus->stacked));
		corpus->stacked[corpus->stacked_count++] =
			frame_number(corpus, &crash->stack.frames[i]);
		member.frame_count++;
	}
	arena_reset(&corpus->scratch);
	member.code_count = (uint32_t)stream_codes(crash, codes);
	for (uint32_t i = 0; i < member.code_count; i++) {
		corpus->codes =
			grown(corpus->codes, corpus->code_count,
			      &corpus->code_room, sizeof(*corpus->codes));
		corpus->codes[corpus->code_count++] = codes[i];
	}
	corpus->members = grown(corpus->members, corpus->count, &corpus->room,
				sizeof(*corpus->members));
	corpus->members[corpus->count++] = member;
}

/* Canonical order: by time, then identity. */
static int by_time(const void *left, const void *right)
{
	const struct member *a = left;
	const struct member *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->identity.high != b->identity.high)
		return a->identity.high < b->identity.high ? -1 : 1;
	return (a->identity.low > b->identity.low) -
	       (a->identity.low < b->identity.low);
}

static int by_build(const void *left, const void *right)
{
	const struct build *a = left;
	const struct build *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	return (a->build > b->build) - (a->build < b->build);
}

static int by_first_seen(const void *left, const void *right)
{
	const struct build *a = left;
	const struct build *b = right;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return (a->build > b->build) - (a->build < b->build);
}

/* When each frame was first seen, by its number. */
static uint64_t *first_seen(const struct corpus *corpus)
{
	uint64_t *seen = zeroed(corpus->frame_count, sizeof(*seen));

	memset(seen, 0xff, corpus->frame_count * sizeof(*seen));
	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];

		for (uint32_t k = 0; k < member->frame_count; k++) {
			const uint32_t frame =
				corpus->stacked[member->first_frame + k];

			if (member->time < seen[frame])
				seen[frame] = member->time;
		}
	}
	return seen;
}

/* Number the builds of each module by the time they were first seen. */
static void order_builds(struct corpus *corpus)
{
	struct build *builds = zeroed(corpus->frame_count, sizeof(*builds));
	uint64_t *seen = first_seen(corpus);
	size_t count = 0;

	for (size_t i = 0; i < corpus->frame_count; i++)
		builds[i] = (struct build){ corpus->frames[i].place.module,
					    corpus->frames[i].place.build,
					    seen[i], 0 };
	free(seen);
	if (corpus->frame_count > 1)
		qsort(builds, corpus->frame_count, sizeof(*builds), by_build);
	for (size_t i = 0; i < corpus->frame_count; i++) {
		if (count == 0 || by_build(&builds[i], &builds[count - 1]) != 0)
			builds[count++] = builds[i];
		else if (builds[i].time < builds[count - 1].time)
			builds[count - 1].time = builds[i].time;
	}
	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_first_seen);
	for (size_t i = 1; i < count; i++)
		if (builds[i].module == builds[i - 1].module)
			builds[i].order = builds[i - 1].order + 1;
	if (count > 1)
		qsort(builds, count, sizeof(*builds), by_build);
	for (size_t i = 0; i < corpus->frame_count; i++) {
		struct alias_frame *place = &corpus->frames[i].place;
		const struct build wanted = { place->module, place->build, 0,
					      0 };
		const struct build *found = bsearch(&wanted, builds, count,
						    sizeof(*builds), by_build);

		place->order = found->order;
	}
	free(builds);
}

struct placed {
	struct alias_frame place;
	uint32_t number;
};

static int by_place(const void *left, const void *right)
{
	const struct alias_frame *a = &((const struct placed *)left)->place;
	const struct alias_frame *b = &((const struct placed *)right)->place;

	if (a->module != b->module)
		return a->module < b->module ? -1 : 1;
	if (a->order != b->order)
		return a->order < b->order ? -1 : 1;
	if (a->build != b->build)
		return a->build < b->build ? -1 : 1;
	return (a->offset > b->offset) - (a->offset < b->offset);
}

/* The stacks of members that are bare throughout; count in *ret_count. */
static struct alias_stack *bare_stacks(const struct corpus *corpus,
				       const uint32_t *index, uint32_t *frames,
				       size_t *ret_count)
{
	struct alias_stack *stacks = zeroed(corpus->count, sizeof(*stacks));
	size_t used = 0;
	size_t count = 0;

	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];
		struct alias_stack stack = {
			member->code_count ? corpus->codes[member->first_code]
					   : 0,
			frames + used, 0
		};

		for (uint32_t k = 0; k < member->frame_count; k++) {
			const uint32_t number =
				corpus->stacked[member->first_frame + k];

			if (corpus->frames[number].bare) {
				frames[used++] = index[number];
				stack.count++;
			}
		}
		if (stack.count > 0)
			stacks[count++] = stack;
	}
	*ret_count = count;
	return stacks;
}

/* Give the frames of a rebuilt module the name of their node. */
static void unite_builds(struct corpus *corpus)
{
	struct placed *placed = zeroed(corpus->frame_count, sizeof(*placed));
	struct alias_frame *frames =
		zeroed(corpus->frame_count, sizeof(*frames));
	uint32_t *index = zeroed(corpus->frame_count, sizeof(*index));
	uint32_t *node = zeroed(corpus->frame_count, sizeof(*node));
	uint32_t *stacked = zeroed(corpus->stacked_count, sizeof(*stacked));
	struct alias_stack *stacks;
	size_t count = 0;
	size_t stack_count;

	order_builds(corpus);
	for (uint32_t i = 0; i < corpus->frame_count; i++)
		if (corpus->frames[i].bare)
			placed[count++] =
				(struct placed){ corpus->frames[i].place, i };
	if (count > 1)
		qsort(placed, count, sizeof(*placed), by_place);
	for (uint32_t i = 0; i < count; i++) {
		frames[i] = placed[i].place;
		index[placed[i].number] = i;
	}
	stacks = bare_stacks(corpus, index, stacked, &stack_count);
	alias_learn(frames, count, stacks, stack_count, node);
	for (uint32_t i = 0; i < count; i++) {
		const struct alias_frame *named = &frames[node[i]];

		corpus->frames[placed[i].number].feature.id = hash_mix(
			named->module, hash_mix(named->build, named->offset));
	}
	free(placed);
	free(frames);
	free(index);
	free(node);
	free(stacked);
	free(stacks);
}

static size_t make_stream(const struct corpus *corpus,
			  const struct member *member,
			  struct engine_feature *ret)
{
	struct feature_frame frames[FEATURE_FRAMES_MAX];

	for (uint32_t k = 0; k < member->frame_count; k++)
		frames[k] =
			corpus->frames[corpus->stacked[member->first_frame + k]]
				.feature;
	return feature_stream(frames, member->frame_count,
			      corpus->codes + member->first_code,
			      member->code_count, ret);
}

static uint64_t id_of(struct hash128 identity)
{
	const uint64_t id = identity.high >> 16;

	return id ? id : 1;
}

/* Insert the signatures in canonical order; ids are those of the founders. */
static void run_engine(struct corpus *corpus, struct corpus_place *ret)
{
	static struct engine_feature stream[ENGINE_FEATURES_MAX];
	uint64_t *ids = zeroed(corpus->count, sizeof(*ids));

	corpus->engine = engine_create(corpus->strict, ENGINE_LOOSE);
	for (size_t i = 0; i < corpus->count; i++) {
		struct member *member = &corpus->members[i];
		struct engine_signature signature = { .features = stream };
		struct engine_place place;
		uint32_t founder;
		bool is_new;

		ret[i] = (struct corpus_place){ .row = member->row,
						.why = member->why,
						.id = id_of(member->identity) };
		if (member->why != STREAM_FINE)
			continue;
		signature.count = make_stream(corpus, member, stream);
		signature.key = engine_key(stream, signature.count);
		signature.time = member->time;
		if (!engine_find(corpus->engine, signature.key, &place))
			place = engine_insert(corpus->engine, &signature);

		uint32_t *slot =
			keymap_put(&corpus->founders, signature.key, &is_new);

		if (is_new) {
			*slot = (uint32_t)i;
			ids[i] = id_of(member->identity);
		}
		if (keymap_find(&corpus->founders, place.cluster, &founder))
			ret[i].cluster = ids[founder];
		if (keymap_find(&corpus->founders, place.family, &founder))
			ret[i].family = ids[founder];
		ret[i].likeness = place.likeness;
		if (place.nearest &&
		    keymap_find(&corpus->founders, place.nearest, &founder))
			ret[i].nearest = ids[founder];
	}
	free(ids);
}

static int by_row(const void *left, const void *right)
{
	const uint32_t a = ((const struct corpus_place *)left)->row;
	const uint32_t b = ((const struct corpus_place *)right)->row;

	return (a > b) - (a < b);
}

/* Back to where crashes are sorted and builds united. */
static void forget_clusters(struct corpus *corpus)
{
	engine_destroy(corpus->engine);
	keymap_deinit(&corpus->founders);
	keymap_init(&corpus->founders);
}

void corpus_cluster(struct corpus *corpus, float strict,
		    struct corpus_place *ret)
{
	if (corpus->engine) {
		forget_clusters(corpus);
	} else {
		if (corpus->count > 1)
			qsort(corpus->members, corpus->count,
			      sizeof(*corpus->members), by_time);
		unite_builds(corpus);
	}
	corpus->strict = strict;
	run_engine(corpus, ret);
	if (corpus->count > 1)
		qsort(ret, corpus->count, sizeof(*ret), by_row);
}

float corpus_strict(const struct corpus *corpus)
{
	return corpus->strict;
}

/* The signature of a crash that can be clustered, by its id. */
static bool find_signature(const struct corpus *corpus, uint64_t id,
			   struct engine_feature stream[ENGINE_FEATURES_MAX],
			   struct engine_signature *ret)
{
	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];

		if (id_of(member->identity) != id || member->why)
			continue;
		*ret = (struct engine_signature){
			.features = stream,
			.count = make_stream(corpus, member, stream),
		};
		return true;
	}
	return false;
}

bool corpus_likeness(const struct corpus *corpus, uint64_t a, uint64_t b,
		     float *ret)
{
	static struct engine_feature streams[2][ENGINE_FEATURES_MAX];
	struct engine_signature one, other;

	if (!find_signature(corpus, a, streams[0], &one) ||
	    !find_signature(corpus, b, streams[1], &other))
		return false;
	*ret = engine_likeness(corpus->engine, &one, &other);
	return true;
}

struct engine *corpus_engine(struct corpus *corpus)
{
	return corpus->engine;
}

bool corpus_first(const struct corpus *corpus, uint64_t key, uint32_t *row)
{
	uint32_t member;

	if (!keymap_find(&corpus->founders, key, &member))
		return false;
	*row = corpus->members[member].row;
	return true;
}

size_t corpus_trace(struct corpus *corpus, const struct crash *crash,
		    struct engine_feature ret[ENGINE_FEATURES_MAX],
		    struct feature_origin *origins)
{
	struct feature_frame frames[FEATURE_FRAMES_MAX];
	uint64_t codes[STREAM_CODES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < crash->stack.count && count < FEATURE_FRAMES_MAX;
	     i++) {
		struct feature_frame frame;
		uint32_t number;
		bool bare;

		if (!stream_counts(&crash->stack.frames[i]))
			continue;
		frame = stream_frame(&crash->stack.frames[i], &corpus->arena,
				     &bare);
		/* A frame that was met before has the name it was given. */
		if (keymap_find(&corpus->frame_numbers, frame.id ? frame.id : 1,
				&number))
			frame = corpus->frames[number].feature;
		frames[count++] = frame;
	}
	return feature_trace(frames, count, codes, stream_codes(crash, codes),
			     ret, origins);
}
