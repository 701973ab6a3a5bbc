#include "signatures/settle/corpus_state.h"

#include <stdlib.h>
#include <string.h>

#include "signatures/base/hash.h"
#include "signatures/base/room.h"
#include "signatures/base/text.h"

/* Room for one more of size bytes. */
static void *grown(void *array, size_t count, size_t *room, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 1024;
	return room_again(array, *room * size);
}

void *corpus_zeroed(size_t count, size_t size)
{
	return room_cleared(count + 1, size);
}

struct corpus *corpus_create(void)
{
	struct corpus *corpus = corpus_zeroed(1, sizeof(*corpus));

	arena_init(&corpus->arena);
	arena_init(&corpus->scratch);
	arena_init(&corpus->learned.arena);
	keymap_init(&corpus->frame_numbers);
	keymap_init(&corpus->stack_numbers);
	keymap_init(&corpus->first_numbers);
	return corpus;
}

void corpus_destroy(struct corpus *corpus)
{
	if (!corpus)
		return;
	arena_deinit(&corpus->arena);
	arena_deinit(&corpus->scratch);
	arena_deinit(&corpus->learned.arena);
	keymap_deinit(&corpus->frame_numbers);
	keymap_deinit(&corpus->stack_numbers);
	keymap_deinit(&corpus->first_numbers);
	free(corpus->frames);
	free(corpus->members);
	free(corpus->stacks);
	free(corpus->stacked);
	free(corpus->codes);
	free(corpus->firsts);
	free(corpus->was);
	free(corpus->renamed);
	free(corpus->learned.named);
	free(corpus->learned.was_there);
	engine_destroy(corpus->engine);
	free(corpus);
}

size_t corpus_count(const struct corpus *corpus)
{
	return corpus->count;
}

void corpus_room(struct corpus *corpus, size_t frames, size_t stacks)
{
	corpus->frame_room = frames + frames / 16 + 1024;
	corpus->frames = room_again(corpus->frames,
				    corpus->frame_room * sizeof(struct frame));
	corpus->stack_room = stacks + stacks / 16 + 1024;
	corpus->stacks = room_again(corpus->stacks,
				    corpus->stack_room * sizeof(struct stack));
	keymap_room(&corpus->frame_numbers, frames);
	keymap_room(&corpus->stack_numbers, stacks);
}

void corpus_put_frame(struct corpus *corpus, const struct frame *frame)
{
	corpus->has_bare |= frame->bare;
	corpus->frames = grown(corpus->frames, corpus->frame_count,
			       &corpus->frame_room, sizeof(*corpus->frames));
	corpus->frames[corpus->frame_count++] = *frame;
}

static uint32_t push_frame(struct corpus *corpus, const struct frame *frame)
{
	bool is_new;
	uint32_t *number =
		keymap_put(&corpus->frame_numbers, frame->id, &is_new);

	if (is_new) {
		*number = (uint32_t)corpus->frame_count;
		corpus_put_frame(corpus, frame);
	}
	return *number;
}

static uint32_t frame_number(struct corpus *corpus,
			     const struct crash_frame *from)
{
	struct frame frame = { 0 };
	uint32_t number;

	frame.feature = stream_frame(from, &corpus->scratch, &frame.bare);
	if (frame.feature.id == 0)
		frame.feature.id = 1;
	frame.id = frame.feature.id;
	if (keymap_find(&corpus->frame_numbers, frame.id, &number))
		return number;
	frame.feature.module = text_copy(&corpus->arena, frame.feature.module);
	if (frame.feature.function)
		frame.feature.function =
			text_copy(&corpus->arena, frame.feature.function);
	frame.place.module =
		hash_64(frame.feature.module, strlen(frame.feature.module));
	frame.place.build = from->build;
	frame.place.offset = (uint32_t)from->offset;
	return push_frame(corpus, &frame);
}

void corpus_push_frame(struct corpus *corpus, uint32_t number)
{
	corpus->stacked =
		grown(corpus->stacked, corpus->stacked_count,
		      &corpus->stacked_room, sizeof(*corpus->stacked));
	corpus->stacked[corpus->stacked_count++] = number;
}

void corpus_push_code(struct corpus *corpus, uint64_t code)
{
	corpus->codes = grown(corpus->codes, corpus->code_count,
			      &corpus->code_room, sizeof(*corpus->codes));
	corpus->codes[corpus->code_count++] = code;
}

/* What frames and codes of a stack are found by. */
static uint64_t content_of(const struct corpus *corpus,
			   const struct stack *stack)
{
	const uint32_t *frames = corpus->stacked + stack->first_frame;
	const uint64_t *codes = corpus->codes + stack->first_code;
	const uint64_t content =
		hash_mix(hash_64(frames, stack->frame_count * sizeof(*frames)),
			 hash_64(codes, stack->code_count * sizeof(*codes)));

	return content ? content : 1;
}

void corpus_put_stack(struct corpus *corpus, struct stack stack)
{
	stack.frame_count =
		(uint32_t)(corpus->stacked_count - stack.first_frame);
	stack.code_count = (uint32_t)(corpus->code_count - stack.first_code);
	corpus->stacks = grown(corpus->stacks, corpus->stack_count,
			       &corpus->stack_room, sizeof(*corpus->stacks));
	corpus->stacks[corpus->stack_count++] = stack;
}

/* The number of the stack that was put last; one that is known is taken back.
 */
static uint32_t last_stack(struct corpus *corpus)
{
	const uint32_t last = (uint32_t)corpus->stack_count - 1;
	const struct stack *stack = &corpus->stacks[last];
	bool is_new;
	uint32_t *number = keymap_put(&corpus->stack_numbers,
				      content_of(corpus, stack), &is_new);

	if (is_new) {
		*number = last;
	} else {
		corpus->stacked_count = stack->first_frame;
		corpus->code_count = stack->first_code;
		corpus->stack_count--;
	}
	return *number;
}

/* Places lie anywhere: they are asked for before they are needed. */
static bool index_all(struct keymap *map, const uint64_t *keys, size_t count)
{
	enum {
		AHEAD = 16
	};
	bool is_new = true;

	for (size_t i = 0; is_new && i < count; i++) {
		if (i + AHEAD < count)
			keymap_fetch(map, keys[i + AHEAD]);
		*keymap_put(map, keys[i], &is_new) = (uint32_t)i;
	}
	return is_new;
}

bool corpus_index(struct corpus *corpus)
{
	const size_t frames = corpus->frame_count;
	const size_t stacks = corpus->stack_count;
	uint64_t *keys = room_take((frames > stacks ? frames : stacks) + 1,
				   sizeof(*keys));
	bool fine;

	for (size_t i = 0; i < frames; i++)
		keys[i] = corpus->frames[i].id;
	fine = index_all(&corpus->frame_numbers, keys, frames);
	for (size_t i = 0; i < stacks; i++)
		keys[i] = content_of(corpus, &corpus->stacks[i]);
	fine = fine && index_all(&corpus->stack_numbers, keys, stacks);
	free(keys);
	return fine;
}

static uint32_t add_stack(struct corpus *corpus, const struct crash *crash)
{
	const struct stack stack = { .first_frame = corpus->stacked_count,
				     .first_code = corpus->code_count };
	uint64_t codes[STREAM_CODES_MAX];
	size_t count = 0;

	for (size_t i = 0; count < FEATURE_FRAMES_MAX && i < crash->stack.count;
	     i++) {
		if (!stream_counts(&crash->stack.frames[i]))
			continue;
		corpus_push_frame(
			corpus, frame_number(corpus, &crash->stack.frames[i]));
		count++;
	}
	count = stream_codes(crash, codes);
	for (size_t i = 0; i < count; i++)
		corpus_push_code(corpus, codes[i]);
	corpus_put_stack(corpus, stack);
	return last_stack(corpus);
}

void corpus_rows(struct corpus *corpus, size_t count)
{
	corpus->by_row = true;
	corpus->members = corpus_zeroed(count, sizeof(*corpus->members));
	for (size_t i = 0; i < count; i++)
		corpus->members[i] = (struct member){ .row = (uint32_t)i,
						      .stack = NO_STACK };
	corpus->count = count;
}

void corpus_hear(struct stack *stack, uint64_t time, struct hash128 identity,
		 uint32_t row)
{
	if (stack->row != NO_ROW &&
	    corpus_compare(stack->time, stack->identity, time, identity) <= 0)
		return;
	stack->time = time;
	stack->identity = identity;
	stack->row = row;
}

void corpus_add(struct corpus *corpus, uint32_t row, struct hash128 identity,
		const struct crash *crash)
{
	struct member member = { .row = row,
				 .stack = NO_STACK,
				 .why = stream_why(crash),
				 .is_new = true,
				 .id = corpus_id(identity) };

	if (corpus->by_row)
		corpus_forget(corpus, row);
	if (member.why == STREAM_FINE)
		member.stack = add_stack(corpus, crash);
	arena_reset(&corpus->scratch);
	if (member.stack != NO_STACK) {
		struct stack *stack = &corpus->stacks[member.stack];

		/* Of which the first is not known, it stays unknown. */
		if (stack->count == 0)
			stack->row = NO_ROW;
		if (stack->count == 0 || stack->row != NO_ROW)
			corpus_hear(stack,
				    crash->time.known ? crash->time.value : 0,
				    identity, row);
		stack->count++;
	}
	if (corpus->by_row) {
		corpus->members[row] = member;
		return;
	}
	corpus->members = grown(corpus->members, corpus->count, &corpus->room,
				sizeof(*corpus->members));
	corpus->members[corpus->count++] = member;
}

void corpus_forget(struct corpus *corpus, uint32_t row)
{
	struct member *member = &corpus->members[row];

	if (member->stack != NO_STACK) {
		struct stack *stack = &corpus->stacks[member->stack];

		stack->count--;
		if (stack->row == row)
			stack->row = NO_ROW;
	}
	*member = (struct member){ .row = row, .stack = NO_STACK };
}

void corpus_move(struct corpus *corpus, uint32_t from, uint32_t to)
{
	struct member *member = &corpus->members[to];

	corpus_forget(corpus, to);
	*member = corpus->members[from];
	member->row = to;
	member->is_new = true;
	if (member->stack != NO_STACK &&
	    corpus->stacks[member->stack].row == from)
		corpus->stacks[member->stack].row = to;
	corpus->members[from] =
		(struct member){ .row = from, .stack = NO_STACK };
}

int corpus_compare(uint64_t time, struct hash128 identity, uint64_t other_time,
		   struct hash128 other)
{
	if (time != other_time)
		return time < other_time ? -1 : 1;
	if (identity.high != other.high)
		return identity.high < other.high ? -1 : 1;
	return (identity.low > other.low) - (identity.low < other.low);
}

static size_t make_stream(const struct corpus *corpus,
			  const struct stack *stack, struct engine_feature *ret)
{
	struct feature_frame frames[FEATURE_FRAMES_MAX];

	for (uint32_t k = 0; k < stack->frame_count; k++)
		frames[k] =
			corpus->frames[corpus->stacked[stack->first_frame + k]]
				.feature;
	return feature_stream(frames, stack->frame_count,
			      corpus->codes + stack->first_code,
			      stack->code_count, ret);
}

uint64_t corpus_id(struct hash128 identity)
{
	const uint64_t id = identity.high >> 16;

	return id ? id : 1;
}

size_t corpus_stream(const struct corpus *corpus,
		     const struct corpus_first *first,
		     struct engine_feature ret[ENGINE_FEATURES_MAX])
{
	return make_stream(corpus, &corpus->stacks[first->stack], ret);
}

bool corpus_is_bare(const struct corpus *corpus)
{
	return corpus->has_bare;
}

static int by_row(const void *left, const void *right)
{
	const uint32_t a = ((const struct corpus_place *)left)->row;
	const uint32_t b = ((const struct corpus_place *)right)->row;

	return (a > b) - (a < b);
}

size_t corpus_places(const struct corpus *corpus, struct corpus_place *ret)
{
	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];

		ret[i] = (struct corpus_place){
			.row = member->row,
			.why = member->why,
			.id = member->id,
		};
		if (member->stack != NO_STACK)
			ret[i].key = corpus->stacks[member->stack].key;
	}
	if (corpus->count > 1 && !corpus->by_row)
		qsort(ret, corpus->count, sizeof(*ret), by_row);
	return corpus->count;
}

struct engine *corpus_engine(struct corpus *corpus)
{
	return corpus->engine;
}

/* The signature of a crash that can be clustered, by its id. */
static bool find_signature(const struct corpus *corpus, uint64_t id,
			   struct engine_feature stream[ENGINE_FEATURES_MAX],
			   struct engine_signature *ret)
{
	for (size_t i = 0; i < corpus->count; i++) {
		const struct member *member = &corpus->members[i];

		if (member->id != id || member->stack == NO_STACK)
			continue;
		*ret = (struct engine_signature){
			.features = stream,
			.count = make_stream(
				corpus, &corpus->stacks[member->stack], stream),
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

uint32_t corpus_position(const struct corpus *corpus, uint64_t key)
{
	uint32_t number;

	return keymap_find(&corpus->first_numbers, key, &number) ? number
								 : UINT32_MAX;
}

static int by_frame(const void *left, const void *right)
{
	const uint64_t a = ((const struct corpus_name *)left)->frame;
	const uint64_t b = ((const struct corpus_name *)right)->frame;

	return (a > b) - (a < b);
}

struct corpus_name *corpus_names(const struct corpus *corpus, size_t *count)
{
	struct corpus_name *ret =
		corpus_zeroed(corpus->frame_count, sizeof(*ret));

	*count = 0;
	for (size_t i = 0; i < corpus->frame_count; i++) {
		const struct frame *frame = &corpus->frames[i];

		if (frame->feature.id != frame->id)
			ret[(*count)++] =
				(struct corpus_name){ frame->id,
						      frame->feature.id };
	}
	if (*count > 1)
		qsort(ret, *count, sizeof(*ret), by_frame);
	return ret;
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
